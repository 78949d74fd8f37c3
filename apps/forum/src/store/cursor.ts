import { accept, refuse, type Decision } from "../domain/refusal.ts";

/** Where a page ends: numbers whose meaning the list knows, under its name, so that no list takes another's. */
export function writeCursor(list: string, numbers: readonly number[]): string {
  return `${list}.${numbers.map((number) => number.toString(36)).join(".")}`;
}

/** The numbers of a cursor, or undefined where none was given. */
export function readCursor(
  list: string,
  cursor: string | undefined,
  count: number,
): Decision<readonly number[] | undefined> {
  if (cursor === undefined) return accept(undefined);
  const [name, ...parts] = cursor.split(".");
  const numbers = parts.map((part) => (/^[0-9a-z]{1,11}$/.test(part) ? Number.parseInt(part, 36) : Number.NaN));
  if (name !== list || numbers.length !== count || !numbers.every((number) => Number.isSafeInteger(number)))
    return refuse("invalid_cursor", "cursor: was not given out by this list");
  return accept(numbers);
}

/** A part of a list. More follows while there is a `next`, however few the items are. */
export interface Page<Item> {
  readonly items: readonly Item[];
  readonly next: string | undefined;
}
