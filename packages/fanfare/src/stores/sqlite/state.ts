import { FanfareError } from "@fanfare/protocol";
import type { PutOptions, State, StateEntry } from "../../core/ports/state.ts";
import type { ReaderCalls } from "./reader.ts";
import type { WorkerLink } from "./worker-link.ts";
import type { WriterCalls } from "./writer.ts";

export interface SqliteStateOptions {
  readonly writer: Pick<WorkerLink<WriterCalls, never>, "call">;
  readonly read: <Kind extends "get" | "list">(
    kind: Kind,
    ask: ReaderCalls[Kind]["ask"],
  ) => Promise<ReaderCalls[Kind]["answer"]>;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** State in the file of a log: its writes join the groups of the log's commits. */
export class SqliteState implements State {
  readonly #options: SqliteStateOptions;
  #closed = false;

  constructor(options: SqliteStateOptions) {
    this.#options = options;
  }

  async get(key: string): Promise<StateEntry | undefined> {
    this.#assertOpen();
    return this.#options.read("get", { key, now: this.#options.now() });
  }

  async put(key: string, value: string, { expect, expires }: PutOptions = {}): Promise<number | undefined> {
    this.#assertOpen();
    return this.#options.writer.call("put", { key, value, expect, expires, now: this.#options.now() });
  }

  async delete(key: string, { expect }: Pick<PutOptions, "expect"> = {}): Promise<boolean> {
    this.#assertOpen();
    return this.#options.writer.call("delete", { key, expect, now: this.#options.now() });
  }

  async list(prefix: string): Promise<readonly StateEntry[]> {
    this.#assertOpen();
    return this.#options.read("list", { prefix, now: this.#options.now() });
  }

  async close(): Promise<void> {
    this.#closed = true;
  }

  #assertOpen(): void {
    if (this.#closed) throw new FanfareError("unavailable", "state: is closed");
  }
}
