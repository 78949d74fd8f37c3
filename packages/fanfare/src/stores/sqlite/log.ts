import { FanfareError, toPosition, type EventDraft } from "@fanfare/protocol";
import type { Bus } from "../../core/ports/bus.ts";
import type {
  Appended,
  Following,
  Log,
  LogBounds,
  LogCapabilities,
  LogListener,
  LogPage,
  ReadRequest,
  TopicsRequest,
  TopicStats,
  TrimRequest,
} from "../../core/ports/log.ts";
import type { State } from "../../core/ports/state.ts";
import { AppendQueue, storedRecords } from "./append-queue.ts";
import { SqliteBus } from "./bus.ts";
import { toRecords } from "./event-rows.ts";
import { FollowOrder } from "./follow-order.ts";
import type { Sync } from "./incarnation.ts";
import type { ReaderCalls } from "./reader.ts";
import { SqliteState } from "./state.ts";
import { BUSY_TIMEOUT_MS } from "./transaction.ts";
import { WorkerLink } from "./worker-link.ts";
import type { Foreign } from "./event-feed.ts";
import type { WriterCalls } from "./writer.ts";

export interface SqliteLogOptions {
  /** What an acknowledged event survives: `full` (default) a loss of power, `normal` a killed process. */
  readonly sync?: Sync;
  /** Milliseconds to wait for another process's write before `unavailable`; default 5 000. */
  readonly busyTimeoutMs?: number;
  /**
   * Looks every 500 ms for commits of other processes whose ring was not heard; default `true`.
   * Needed only where files are not watched faithfully, on network disks say.
   */
  readonly safetyCheck?: boolean;
  /** Milliseconds since 1970; default `Date.now`. */
  readonly now?: () => number;
}

/** A log in a SQLite file, with the state and the bus that live beside it. Its `close` closes all three. */
export interface SqliteLog extends Log {
  readonly state: State;
  readonly bus: Bus;
}

/**
 * Opens a log in a SQLite file, made with its folder when it is not there. Several processes may open one file.
 * A file that cannot be used is told by the first call, which rejects with `unavailable` and the path.
 *
 * @example
 * const log = sqliteLog(".fanfare/fanfare.db");
 * const { last } = await log.bounds();
 */
export function sqliteLog(path: string, options: SqliteLogOptions = {}): SqliteLog {
  if (path === "" || path.startsWith(":"))
    throw new RangeError("path: must name a file; a log in memory is memoryLog()");
  return new FileLog(path, options);
}

class FileLog implements SqliteLog {
  readonly capabilities: LogCapabilities;
  readonly state: State;
  readonly #options: { readonly path: string; readonly busyTimeoutMs: number; readonly safetyCheck: boolean };
  readonly #writer: WorkerLink<WriterCalls, Foreign>;
  readonly #ready: Promise<void>;
  readonly #appends: AppendQueue;
  readonly #order: FollowOrder = new FollowOrder();
  #reader: WorkerLink<ReaderCalls, never> | undefined;
  #bus: SqliteBus | undefined;
  #closing: Promise<void> | undefined;

  constructor(path: string, options: SqliteLogOptions) {
    const { sync = "full", busyTimeoutMs = BUSY_TIMEOUT_MS, safetyCheck = true, now = Date.now } = options;
    this.capabilities = { name: "sqlite", idempotency: "log", sync, shared: true };
    this.#options = { path, busyTimeoutMs, safetyCheck };
    this.#writer = new WorkerLink("writer-thread", { ...this.#options, sync }, ({ foreign, through }) =>
      this.#order.others(toRecords(foreign), toPosition(through)),
    );
    this.#ready = this.#writer.call("open", undefined);
    // Whoever calls first is told; a log that nobody calls has nobody to tell.
    this.#ready.catch(() => undefined);
    this.#appends = new AppendQueue({
      now,
      send: (request, settle) => this.#writer.start("append", request, settle),
      stored: (batches) => this.#order.active && this.#order.own(storedRecords(batches)),
    });
    this.state = new SqliteState({ writer: this.#writer, read: (kind, ask) => this.#ask(kind, ask), now });
  }

  get bus(): Bus {
    this.#bus ??= new SqliteBus(this.#options, this.#ready);
    return this.#bus;
  }

  async append(batch: readonly EventDraft[]): Promise<readonly Appended[]> {
    this.#assertOpen();
    return batch.length === 0 ? [] : this.#appends.append(batch);
  }

  async read(request: ReadRequest): Promise<LogPage> {
    const { rows, through, head, trimmed } = await this.#ask("read", request);
    return {
      events: toRecords(rows),
      through: toPosition(through),
      head: toPosition(head),
      trimmed: toPosition(trimmed),
    };
  }

  bounds(): Promise<LogBounds> {
    return this.#ask("bounds", undefined);
  }

  topics(request: TopicsRequest): Promise<readonly TopicStats[]> {
    return this.#ask("topics", request);
  }

  follow(listener: LogListener): Promise<Following> {
    return new Promise((resolve, reject) => {
      this.#assertOpen();
      const begin = (head: number): void => resolve(this.#order.add(listener, head));
      this.#writer.start("follow", undefined, { resolve: begin, reject });
    });
  }

  async trim(request: TrimRequest): Promise<number> {
    this.#assertOpen();
    return this.#writer.call("trim", request);
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    this.#order.end();
    this.#appends.fail(closed());
    await this.#bus?.close();
    // The writer is the last to let go of the file, so that it is the one who tidies up.
    await this.#reader?.close(closed());
    await this.#writer.close(closed());
  }

  async #ask<Kind extends keyof ReaderCalls>(
    kind: Kind,
    ask: ReaderCalls[Kind]["ask"],
  ): Promise<ReaderCalls[Kind]["answer"]> {
    this.#assertOpen();
    await this.#ready;
    this.#assertOpen();
    // Who only appends needs no thread for reading.
    this.#reader ??= new WorkerLink("reader-thread", this.#options, () => undefined);
    return this.#reader.call(kind, ask);
  }

  #assertOpen(): void {
    if (this.#closing !== undefined) throw closed();
  }
}

function closed(): FanfareError {
  return new FanfareError("unavailable", "log: is closed");
}
