import { toEpoch, toPosition } from "@fanfare/protocol";
import type { LogBounds, ReadRequest, TopicsRequest, TopicStats } from "../../core/ports/log.ts";
import type { StateEntry } from "../../core/ports/state.ts";
import type { Call, Reply } from "./calls.ts";
import { openDatabase, query, type Database, type Query } from "./database.ts";
import { HEAD } from "./head.ts";
import { PageReader, type PageRows } from "./page-reader.ts";
import { StateReader } from "./state-table.ts";
import { TopicLister } from "./topic-lister.ts";
import { snapshot } from "./transaction.ts";
import { toFailure } from "./trouble.ts";

export interface ReaderOptions {
  readonly path: string;
  readonly busyTimeoutMs: number;
}

export type ReaderCalls = {
  readonly read: { readonly ask: ReadRequest; readonly answer: PageRows };
  readonly bounds: { readonly ask: undefined; readonly answer: LogBounds };
  readonly topics: { readonly ask: TopicsRequest; readonly answer: readonly TopicStats[] };
  readonly get: {
    readonly ask: { readonly key: string; readonly now: number };
    readonly answer: StateEntry | undefined;
  };
  readonly list: {
    readonly ask: { readonly prefix: string; readonly now: number };
    readonly answer: readonly StateEntry[];
  };
  readonly close: { readonly ask: undefined; readonly answer: undefined };
};

export type ReaderCall = Call<ReaderCalls>;

/** All reading of one handle, on a thread and a connection of its own: it never waits for the writer's disk. */
export class Reader {
  readonly #options: ReaderOptions;
  readonly #report: (replies: readonly Reply[]) => void;
  #tables: Tables | undefined;

  constructor(options: ReaderOptions, report: (replies: readonly Reply[]) => void) {
    this.#options = options;
    this.#report = report;
  }

  take(calls: readonly ReaderCall[]): void {
    for (const call of calls) {
      try {
        this.#report([{ seq: call.seq, answer: this.#answer(call) }]);
      } catch (error) {
        this.#report([{ seq: call.seq, failure: toFailure(this.#options.path, error) }]);
      }
    }
  }

  #answer(call: ReaderCall): ReaderCalls[keyof ReaderCalls]["answer"] {
    if (call.kind === "close") {
      this.#tables?.db.close();
      return undefined;
    }
    // Not before the first question: the writer has made the file by then.
    const tables = (this.#tables ??= new Tables(this.#options));
    return snapshot(tables.db, () => tables.answer(call));
  }
}

class Tables {
  readonly db: Database;
  readonly #bounds: Query<[], [epoch: string, last: number, first: number | null]>;
  readonly #pages: PageReader;
  readonly #topics: TopicLister;
  readonly #state: StateReader;

  constructor({ path, busyTimeoutMs }: ReaderOptions) {
    this.db = openDatabase(path, { readOnly: true, busyTimeoutMs });
    this.db.exec("PRAGMA cache_size = -32000");
    this.#bounds = query(this.db, `SELECT epoch, ${HEAD}, (SELECT min(position) FROM events) FROM log`);
    this.#pages = new PageReader(this.db);
    this.#topics = new TopicLister(this.db);
    this.#state = new StateReader(this.db);
  }

  answer(call: Exclude<ReaderCall, { readonly kind: "close" }>): ReaderCalls[keyof ReaderCalls]["answer"] {
    switch (call.kind) {
      case "read":
        return this.#pages.read(call.ask);
      case "bounds":
        return this.#readBounds();
      case "topics":
        return this.#topics.list(call.ask);
      case "get":
        return this.#state.get(call.ask.key, call.ask.now);
      case "list":
        return this.#state.list(call.ask.prefix, call.ask.now);
    }
  }

  #readBounds(): LogBounds {
    const [epoch, last, first] = this.#bounds.get() ?? ["", 0, null];
    return { epoch: toEpoch(epoch), first: toPosition(first ?? last + 1), last: toPosition(last) };
  }
}
