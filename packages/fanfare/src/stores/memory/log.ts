import { FanfareError, type EventDraft } from "@fanfare/protocol";
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
import { readStorage, storageBounds, storageTopics } from "./reading.ts";
import { trimStorage } from "./retention.ts";
import { MemoryStorage, type MemoryOptions } from "./storage.ts";

/**
 * A log that lives as long as its storage: for tests, simulations and hubs that need no yesterday.
 *
 * @example
 * const log = memoryLog();
 * const storage = new MemoryStorage({ now: () => clock });
 * const twoHandlesOfOneLog = [memoryLog(storage), memoryLog(storage)];
 */
export function memoryLog(storage: MemoryStorage | MemoryOptions = {}): Log {
  return new MemoryLog(storage instanceof MemoryStorage ? storage : new MemoryStorage(storage));
}

class MemoryLog implements Log {
  readonly capabilities: LogCapabilities = { name: "memory", idempotency: "log", sync: "none", shared: false };
  readonly #storage: MemoryStorage;
  readonly #stops: Set<() => void> = new Set();
  #closed = false;

  constructor(storage: MemoryStorage) {
    this.#storage = storage;
  }

  async append(batch: readonly EventDraft[]): Promise<readonly Appended[]> {
    return this.#open().commit(batch);
  }

  async read(request: ReadRequest): Promise<LogPage> {
    return readStorage(this.#open(), request);
  }

  async bounds(): Promise<LogBounds> {
    return storageBounds(this.#open());
  }

  async topics(request: TopicsRequest): Promise<readonly TopicStats[]> {
    return storageTopics(this.#open(), request);
  }

  async follow(listener: LogListener): Promise<Following> {
    const storage = this.#open();
    const end = storage.follow(listener);
    const stop = (): void => {
      this.#stops.delete(stop);
      end();
    };
    this.#stops.add(stop);
    return { head: storage.last, stop };
  }

  async trim(request: TrimRequest): Promise<number> {
    return trimStorage(this.#open(), request);
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const stop of this.#stops) stop();
  }

  #open(): MemoryStorage {
    if (this.#closed) throw new FanfareError("unavailable", "log: is closed");
    return this.#storage;
  }
}
