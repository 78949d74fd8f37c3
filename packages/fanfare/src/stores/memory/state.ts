import type { PutOptions, State, StateEntry } from "../../core/ports/state.ts";
import { FanfareError } from "@fanfare/protocol";
import { MemoryStorage, type MemoryOptions, type StoredState } from "./storage.ts";

/** State that lives as long as its storage; give it the storage of a log to have both of one "file". */
export function memoryState(storage: MemoryStorage | MemoryOptions = {}): State {
  return new MemoryState(storage instanceof MemoryStorage ? storage : new MemoryStorage(storage));
}

class MemoryState implements State {
  readonly #storage: MemoryStorage;
  #closed = false;

  constructor(storage: MemoryStorage) {
    this.#storage = storage;
  }

  async get(key: string): Promise<StateEntry | undefined> {
    const entry = this.#live(key);
    return entry && { key, value: entry.value, version: entry.version };
  }

  async put(key: string, value: string, options: PutOptions = {}): Promise<number | undefined> {
    if (!this.#expected(key, options.expect)) return undefined;
    const { state, stateFloor } = this.#storage;
    const version = (state.get(key)?.version ?? stateFloor) + 1;
    state.set(key, { value, version, expires: options.expires ?? Number.POSITIVE_INFINITY });
    return version;
  }

  async delete(key: string, options: Pick<PutOptions, "expect"> = {}): Promise<boolean> {
    if (this.#live(key) === undefined || !this.#expected(key, options.expect)) return false;
    this.#drop(key);
    return true;
  }

  async list(prefix: string): Promise<readonly StateEntry[]> {
    this.#assertOpen();
    const entries: StateEntry[] = [];
    for (const key of this.#storage.state.keys()) {
      const entry = this.#live(key);
      if (entry === undefined) this.#drop(key);
      else if (key.startsWith(prefix)) entries.push({ key, value: entry.value, version: entry.version });
    }
    return entries.toSorted((left, right) => (left.key < right.key ? -1 : 1));
  }

  async close(): Promise<void> {
    this.#closed = true;
  }

  #live(key: string): StoredState | undefined {
    this.#assertOpen();
    const entry = this.#storage.state.get(key);
    return entry !== undefined && entry.expires > this.#storage.now() ? entry : undefined;
  }

  #assertOpen(): void {
    if (this.#closed) throw new FanfareError("unavailable", "state: is closed");
  }

  #expected(key: string, expect: number | undefined): boolean {
    const version = this.#live(key)?.version ?? 0;
    return expect === undefined || expect === version;
  }

  #drop(key: string): void {
    const { state, stateFloor } = this.#storage;
    this.#storage.stateFloor = Math.max(stateFloor, state.get(key)?.version ?? 0);
    state.delete(key);
  }
}
