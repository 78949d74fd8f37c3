import type { Call, Reply } from "./calls.ts";
import { command, openDatabase, query, type Command, type Database, type Query } from "./database.ts";
import { Doorbell } from "./doorbell.ts";
import { patiently, write } from "./transaction.ts";
import { toFailure } from "./trouble.ts";

export interface BusOptions {
  /** Of the log's file. */
  readonly path: string;
  readonly node: string;
  readonly busyTimeoutMs: number;
  readonly safetyCheck: boolean;
}

export type BusCalls = {
  readonly publish: { readonly ask: readonly string[]; readonly answer: undefined };
  readonly nodes: { readonly ask: undefined; readonly answer: readonly string[] };
  readonly close: { readonly ask: undefined; readonly answer: undefined };
};

export type BusCall = Call<BusCalls>;

/** Other nodes' notices, flat: sender, notice, sender, notice … */
export interface Heard {
  readonly heard: readonly string[];
}

const HEARTBEAT_MS = 2_000;
/** A node that was not seen for so long is taken for dead. */
const ALIVE_MS = 10_000;
/** A notice that nobody took by then is taken by nobody. */
const NOTICE_MS = 10_000;
const SAFETY_CHECK_MS = 500;
const PAGE = 200;

const TABLES = `
  CREATE TABLE IF NOT EXISTS nodes (node TEXT PRIMARY KEY, seen INTEGER NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS notices (
    number INTEGER PRIMARY KEY AUTOINCREMENT, node TEXT NOT NULL, notice TEXT NOT NULL, at INTEGER NOT NULL
  ) STRICT;
`;

/**
 * The board on which the processes of one log leave notices for each other: a small database of its own that is never
 * synced, so that no notice waits for the log's disk.
 */
export class BusBoard {
  readonly #options: BusOptions;
  readonly #report: (reports: readonly (Reply | Heard)[]) => void;
  readonly #db: Database;
  readonly #seen: Command<[string, number]>;
  readonly #nodes: Query<[number], [string]>;
  readonly #leave: Command<[string, string, number]>;
  readonly #later: Query<[number, number], [number: number, node: string, notice: string]>;
  readonly #version: Query<[], [number]>;
  readonly #bell: Doorbell;
  readonly #timers: readonly NodeJS.Timeout[];
  #seenVersion = 0;
  #heard: number;

  constructor(options: BusOptions, report: (reports: readonly (Reply | Heard)[]) => void) {
    this.#options = options;
    this.#report = report;
    this.#db = openDatabase(`${options.path}-bus`);
    patiently(options.busyTimeoutMs, () => this.#db.exec("PRAGMA journal_mode = WAL"));
    this.#db.exec("PRAGMA synchronous = OFF");
    this.#write(() => this.#db.exec(TABLES));
    this.#seen = command(this.#db, "INSERT OR REPLACE INTO nodes VALUES (?, ?)");
    this.#nodes = query(this.#db, "SELECT node FROM nodes WHERE seen > ? ORDER BY node");
    this.#leave = command(this.#db, "INSERT INTO notices (node, notice, at) VALUES (?, ?, ?)");
    this.#later = query(this.#db, "SELECT number, node, notice FROM notices WHERE number > ? ORDER BY number LIMIT ?");
    this.#version = query(this.#db, "PRAGMA data_version");
    this.#bell = new Doorbell(`${options.path}-bus-doorbell`, () => this.#look());
    this.#heard = this.#write(() => this.#join());
    const timers = [setInterval(() => this.#beat(), HEARTBEAT_MS)];
    if (options.safetyCheck) timers.push(setInterval(() => this.#look(), SAFETY_CHECK_MS));
    this.#timers = timers.map((timer) => timer.unref());
  }

  take(calls: readonly BusCall[]): void {
    for (const call of calls) {
      try {
        this.#report([{ seq: call.seq, answer: this.#answer(call) }]);
      } catch (error) {
        this.#report([{ seq: call.seq, failure: toFailure(`${this.#options.path}-bus`, error) }]);
      }
    }
  }

  #answer(call: BusCall): BusCalls[keyof BusCalls]["answer"] {
    switch (call.kind) {
      case "publish":
        return this.#publish(call.ask);
      case "nodes":
        return this.#alive();
      case "close":
        return this.#close();
    }
  }

  #publish(notices: readonly string[]): undefined {
    const left = this.#write(() => {
      // A node that joins later hears nothing of now, and one that has joined is in the table: nobody is missed.
      if (this.#alive().every((node) => node === this.#options.node)) return false;
      for (const notice of notices) this.#leave.run(this.#options.node, notice, Date.now());
      return true;
    });
    if (left) this.#bell.ring();
  }

  #alive(): readonly string[] {
    return this.#nodes.all(Date.now() - ALIVE_MS).map(([node]) => node);
  }

  /** Answers the number of the newest notice: what comes after it is heard. */
  #join(): number {
    this.#seen.run(this.#options.node, Date.now());
    return query<[], [number]>(this.#db, "SELECT seq FROM sqlite_sequence WHERE name = 'notices'").get()?.[0] ?? 0;
  }

  #look(): void {
    const version = this.#version.get()?.[0] ?? 0;
    if (version === this.#seenVersion) return;
    this.#seenVersion = version;
    for (;;) {
      const page = this.#later.all(this.#heard, PAGE);
      const heard: string[] = [];
      for (const [number, node, notice] of page) {
        this.#heard = number;
        if (node !== this.#options.node) heard.push(node, notice);
      }
      if (heard.length > 0) this.#report([{ heard }]);
      if (page.length < PAGE) return;
    }
  }

  #beat(): void {
    this.#write(() => {
      const now = Date.now();
      this.#seen.run(this.#options.node, now);
      command<[number]>(this.#db, "DELETE FROM nodes WHERE seen < ?").run(now - 2 * ALIVE_MS);
      // Numbers grow with time, so that the search for the first one to keep ends where it succeeds.
      command<[number]>(
        this.#db,
        `DELETE FROM notices WHERE number < coalesce(
           (SELECT number FROM notices WHERE at >= ? ORDER BY number LIMIT 1), 9007199254740991)`,
      ).run(now - NOTICE_MS);
    });
  }

  #close(): undefined {
    for (const timer of this.#timers) clearInterval(timer);
    this.#bell.close();
    this.#write(() => command<[string]>(this.#db, "DELETE FROM nodes WHERE node = ?").run(this.#options.node));
    this.#db.close();
  }

  #write<Result>(work: () => Result): Result {
    return write(this.#db, this.#options.busyTimeoutMs, work);
  }
}
