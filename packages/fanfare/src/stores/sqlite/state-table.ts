import type { StateEntry } from "../../core/ports/state.ts";
import { command, query, type Command, type Database, type Query } from "./database.ts";

export interface PutAsk {
  readonly key: string;
  readonly value: string;
  readonly expect: number | undefined;
  readonly expires: number | undefined;
  /** Milliseconds since 1970. */
  readonly now: number;
}

export type DeleteAsk = Pick<PutAsk, "key" | "expect" | "now">;

/** Expired entries that one write clears away, at most. */
const SWEEP = 50;

type Row = [value: string, version: number, expires: number | null];

/** Writes of state inside the caller's transaction. */
export class StateTable {
  readonly #find: Query<[string], Row>;
  readonly #floor: Query<[], [number]>;
  readonly #raiseFloor: Command<[number]>;
  readonly #set: Command<[string, string, number, number | null]>;
  readonly #remove: Command<[string]>;
  readonly #expired: Query<[number, number], [string, number]>;

  constructor(db: Database) {
    this.#find = query(db, "SELECT value, version, expires FROM state WHERE key = ?");
    this.#floor = query(db, "SELECT state_floor FROM log");
    this.#raiseFloor = command(db, "UPDATE log SET state_floor = max(state_floor, ?)");
    this.#set = command(db, "INSERT OR REPLACE INTO state VALUES (?, ?, ?, ?)");
    this.#remove = command(db, "DELETE FROM state WHERE key = ?");
    this.#expired = query(db, "SELECT key, version FROM state WHERE expires <= ? LIMIT ?");
  }

  put({ key, value, expect, expires, now }: PutAsk): number | undefined {
    this.#sweep(now);
    const version = this.#version(key, now);
    if (expect !== undefined && expect !== version) return undefined;
    const next = (this.#find.get(key)?.[1] ?? this.#floor.get()?.[0] ?? 0) + 1;
    this.#set.run(key, value, next, expires ?? null);
    return next;
  }

  delete({ key, expect, now }: DeleteAsk): boolean {
    const version = this.#version(key, now);
    if (version === 0 || (expect !== undefined && expect !== version)) return false;
    this.#drop(key, version);
    return true;
  }

  /** 0 for an entry that is not there. */
  #version(key: string, now: number): number {
    const [, version, expires] = this.#find.get(key) ?? ["", 0, null];
    return expires !== null && expires <= now ? 0 : version;
  }

  #sweep(now: number): void {
    for (const [key, version] of this.#expired.all(now, SWEEP)) this.#drop(key, version);
  }

  #drop(key: string, version: number): void {
    this.#raiseFloor.run(version);
    this.#remove.run(key);
  }
}

/** Reads of state, on a connection of their own. */
export class StateReader {
  readonly #find: Query<[string, number], [string, number]>;
  readonly #list: Query<[string, string, number], [string, string, number]>;

  constructor(db: Database) {
    this.#find = query(db, "SELECT value, version FROM state WHERE key = ? AND (expires IS NULL OR expires > ?)");
    this.#list = query(
      db,
      `SELECT key, value, version FROM state WHERE key >= ? AND key < ? AND (expires IS NULL OR expires > ?) ORDER BY key`,
    );
  }

  get(key: string, now: number): StateEntry | undefined {
    const row = this.#find.get(key, now);
    return row && { key, value: row[0], version: row[1] };
  }

  list(prefix: string, now: number): readonly StateEntry[] {
    // The last code point of all: every key that goes on after the prefix lies below.
    const rows = this.#list.all(prefix, `${prefix}\u{10ffff}`, now);
    return rows.map(([key, value, version]) => ({ key, value, version }));
  }
}
