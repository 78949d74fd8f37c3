import type { Beginning } from "../core/origin.ts";
import type { Proof } from "../core/update.ts";

/**
 * Where cursors outlive the application: `localStorage`, `sessionStorage`, or anything that answers the same, at once or
 * later.
 */
export interface CursorStorage {
  getItem(key: string): string | null | undefined | Promise<string | null | undefined>;
  setItem(key: string, value: string): void | Promise<void>;
}

/** The text under which a storage keeps a place. */
export function storageKey(key: string): string {
  return `fanfare:${key}`;
}

export function writePlace({ cursor, scope }: Pick<Proof, "cursor" | "scope">): string {
  return JSON.stringify({ cursor, scope });
}

/** What was kept; `undefined` for nothing, and for what is no place. */
export function readPlace(text: string | null | undefined): Beginning<never> | undefined {
  try {
    const { cursor: after, scope } = JSON.parse(text ?? "{}") as Partial<Proof>;
    return typeof after === "string" && typeof scope === "string" ? { after, scope } : undefined;
  } catch {
    return undefined;
  }
}
