import type { Cursor } from "@fanfare/protocol";

/**
 * Where cursors outlive the application: `localStorage`, `sessionStorage`, or anything that answers the same, at once or
 * later.
 */
export interface CursorStorage {
  getItem(key: string): string | null | undefined | Promise<string | null | undefined>;
  setItem(key: string, value: string): void | Promise<void>;
}

/** A cursor with the scope that it proves something for. */
export interface Place {
  readonly cursor: Cursor;
  readonly scope: string;
}

/** The text under which a storage keeps a place. */
export function storageKey(key: string): string {
  return `fanfare:${key}`;
}

export function writePlace({ cursor, scope }: Place): string {
  return JSON.stringify({ cursor, scope });
}

/** What was kept; `undefined` for nothing. Throws for what is no place. */
export function readPlace(text: string | null | undefined): Place | undefined {
  if (text === null || text === undefined) return undefined;
  const { cursor, scope } = JSON.parse(text) as Partial<Place>;
  if (typeof cursor !== "string" || typeof scope !== "string")
    throw new TypeError("storage: no cursor and scope there");
  return { cursor, scope };
}
