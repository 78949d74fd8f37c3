import { FanfareError } from "@fanfare/protocol";
import type { TrimRequest } from "../../core/ports/log.ts";
import { AppendEngine, type AppendMode, type AppendRequest, type BatchAnswer } from "./append-engine.ts";
import { NotNew } from "./bulk-insert.ts";
import type { Broken, Call, Reply } from "./calls.ts";
import { createDatabase, query, type Database, type Query } from "./database.ts";
import { Doorbell } from "./doorbell.ts";
import { EventFeed, type Foreign } from "./event-feed.ts";
import { enter, leave, prepareFile, type Sync } from "./incarnation.ts";
import { OpenLock } from "./open-lock.ts";
import { StateTable, type DeleteAsk, type PutAsk } from "./state-table.ts";
import { patiently, write } from "./transaction.ts";
import { Trimming } from "./trimming.ts";
import { toFailure } from "./trouble.ts";

export interface WriterOptions {
  readonly path: string;
  readonly sync: Sync;
  readonly busyTimeoutMs: number;
  /** Whether to look for others' commits now and then, in case a ring was not heard. */
  readonly safetyCheck: boolean;
}

export type WriterCalls = {
  /** Answered once the file is open and has this version's tables. */
  readonly open: { readonly ask: undefined; readonly answer: undefined };
  readonly append: { readonly ask: AppendRequest; readonly answer: readonly BatchAnswer[] };
  readonly put: { readonly ask: PutAsk; readonly answer: number | undefined };
  readonly delete: { readonly ask: DeleteAsk; readonly answer: boolean };
  readonly follow: { readonly ask: undefined; readonly answer: number };
  readonly trim: { readonly ask: TrimRequest; readonly answer: number };
  readonly close: { readonly ask: undefined; readonly answer: undefined };
};

export type WriterCall = Call<WriterCalls>;
type Commit = Extract<WriterCall, { readonly kind: "append" | "put" | "delete" }>;

export type WriterReport = Reply | Foreign | Broken;

interface Written {
  readonly replies: readonly Reply[];
  readonly before: number;
  readonly last: number;
  readonly openers: number;
}

const SAFETY_CHECK_MS = 500;

/** All writing of one handle, on a thread of its own: group commit, retention, state, and following other processes. */
export class Writer {
  readonly #options: WriterOptions;
  readonly #report: (reports: readonly WriterReport[]) => void;
  readonly #lock: OpenLock;
  readonly #db: Database;
  readonly #engine: AppendEngine;
  readonly #state: StateTable;
  readonly #feed: EventFeed;
  readonly #bell: Doorbell;
  readonly #version: Query<[], [number]>;
  readonly #check: NodeJS.Timeout | undefined;
  readonly #trims: { readonly seq: number; readonly trimming: Trimming }[] = [];
  readonly #follows: number[] = [];
  #seenVersion = 0;
  #feeding = false;
  #trimming = false;
  #closed = false;

  /** Opens the file, made and migrated when need be; throws what SQLite says. */
  constructor(
    options: WriterOptions,
    report: (reports: readonly WriterReport[]) => void,
    db: Database = createDatabase(options.path),
  ) {
    const { path, sync, busyTimeoutMs } = options;
    this.#options = options;
    this.#report = report;
    this.#db = db;
    patiently(busyTimeoutMs, () => prepareFile(this.#db));
    this.#lock = new OpenLock(path);
    enter(this.#db, this.#lock, path, sync, busyTimeoutMs);
    this.#engine = new AppendEngine(this.#db);
    this.#state = new StateTable(this.#db);
    this.#feed = new EventFeed(this.#db, (foreign) => this.#report([foreign]));
    this.#version = query(this.#db, "PRAGMA data_version");
    this.#bell = new Doorbell(`${path}-doorbell`, () => this.#look());
    if (options.safetyCheck) this.#check = setInterval(() => this.#look(), SAFETY_CHECK_MS).unref();
  }

  /** Takes everything that waits: neighbouring commits become one transaction. */
  take(calls: readonly WriterCall[]): void {
    let group: Commit[] = [];
    for (const call of calls) {
      if (call.kind === "append" || call.kind === "put" || call.kind === "delete") {
        group.push(call);
      } else {
        this.#commit(group);
        group = [];
        this.#other(call);
      }
    }
    this.#commit(group);
  }

  #commit(group: readonly Commit[]): void {
    if (group.length === 0) return;
    try {
      this.#assertOpen();
      const { replies, before, last, openers } = this.#transact(group);
      this.#report(replies);
      if (last === before) return;
      if (openers > 1) this.#bell.ring();
      if (this.#feed.own(before + 1, last)) this.#feedOn();
    } catch (error) {
      this.#engine.undone();
      const failure = toFailure(this.#options.path, error);
      this.#report(group.map(({ seq }) => ({ seq, failure })));
    }
  }

  /** Duplicates are rare: the group is tried as if there were none, and again with care when there is one. */
  #transact(group: readonly Commit[]): Written {
    try {
      return write(this.#db, this.#options.busyTimeoutMs, () => this.#write(group, "swift"));
    } catch (error) {
      if (!(error instanceof NotNew)) throw error;
      this.#engine.undone();
      return write(this.#db, this.#options.busyTimeoutMs, () => this.#write(group, "careful"));
    }
  }

  #write(group: readonly Commit[], mode: AppendMode): Written {
    const { last: before, openers } = this.#engine.begin(mode);
    const replies = group.map((call) => ({ seq: call.seq, answer: this.#apply(call) }));
    return { replies, before, last: this.#engine.end(), openers };
  }

  #apply(call: Commit): readonly BatchAnswer[] | number | boolean | undefined {
    switch (call.kind) {
      case "append":
        return this.#engine.append(call.ask);
      case "put":
        return this.#state.put(call.ask);
      case "delete":
        return this.#state.delete(call.ask);
    }
  }

  #other(call: Exclude<WriterCall, Commit>): void {
    try {
      switch (call.kind) {
        case "open":
          this.#report([{ seq: call.seq, answer: undefined }]);
          break;
        case "follow":
          this.#assertOpen();
          this.#feed.begin();
          this.#follows.push(call.seq);
          this.#feedOn();
          break;
        case "trim":
          this.#assertOpen();
          this.#trims.push({ seq: call.seq, trimming: new Trimming(this.#db, call.ask) });
          this.#trimOn();
          break;
        case "close":
          this.#close();
          this.#report([{ seq: call.seq, answer: undefined }]);
      }
    } catch (error) {
      this.#report([{ seq: call.seq, failure: toFailure(this.#options.path, error) }]);
    }
  }

  /** Somebody committed, perhaps. */
  #look(): void {
    if (this.#closed) return;
    const version = this.#version.get()?.[0] ?? 0;
    if (version === this.#seenVersion) return;
    this.#seenVersion = version;
    this.#feedOn();
  }

  /** Tells page after page, and lets appends pass between them. */
  #feedOn(): void {
    if (this.#feeding) return;
    this.#feeding = true;
    const next = (): void => {
      this.#feeding = false;
      if (this.#closed) return;
      try {
        if (this.#feed.step()) return this.#feedOn();
        for (const seq of this.#follows.splice(0)) this.#report([{ seq, answer: this.#feed.told }]);
      } catch (error) {
        this.#report([{ broken: toFailure(this.#options.path, error) }]);
      }
    };
    setImmediate(next);
  }

  #trimOn(): void {
    const [current] = this.#trims;
    if (current === undefined || this.#trimming) return;
    this.#trimming = true;
    setImmediate(() => {
      this.#trimming = false;
      if (this.#closed) return;
      try {
        const more = write(this.#db, this.#options.busyTimeoutMs, () => current.trimming.slice());
        if (!more) this.#endTrim({ seq: current.seq, answer: current.trimming.removed });
      } catch (error) {
        this.#endTrim({ seq: current.seq, failure: toFailure(this.#options.path, error) });
      }
      this.#trimOn();
    });
  }

  #endTrim(reply: Reply): void {
    this.#trims.shift();
    this.#report([reply]);
  }

  #close(): void {
    if (this.#closed) return;
    this.#closed = true;
    clearInterval(this.#check);
    this.#bell.close();
    const failure = toFailure(this.#options.path, closed());
    this.#report([...this.#follows, ...this.#trims.map(({ seq }) => seq)].map((seq) => ({ seq, failure })));
    try {
      leave(this.#db, this.#lock, this.#options.busyTimeoutMs);
    } finally {
      this.#db.close();
      this.#lock.close();
    }
  }

  #assertOpen(): void {
    if (this.#closed) throw closed();
  }
}

function closed(): FanfareError {
  return new FanfareError("unavailable", "log: is closed");
}
