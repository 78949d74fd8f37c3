import type { Brand } from "./brand.ts";
import { FanfareError } from "./problem.ts";

/** 1, 2, 3 … given by the log in commit order; 0 stands for "before the first event". A safe integer. */
export type Position = Brand<number, "Position">;

/** Random id of a log's incarnation: lower-case letters and digits, 1 to 32 of them. */
export type Epoch = Brand<string, "Epoch">;

/** `epoch:position` as one opaque string: "I have everything of my scope up to here". */
export type Cursor = Brand<string, "Cursor">;

/** Hash of a subscription's effective predicate; a cursor proves something for its scope only. */
export type Scope = Brand<string, "Scope">;

const CURSOR = /^([a-z0-9]{1,32}):(0|[1-9][0-9]{0,15})$/;

/** Throws `RangeError` for anything but a safe integer from 0: a broken invariant, never bad input. */
export function toPosition(value: number): Position {
  if (!Number.isSafeInteger(value) || value < 0)
    throw new RangeError(`position: ${value} is not a safe integer from 0`);
  return value as Position;
}

export function toEpoch(value: string): Epoch {
  if (!/^[a-z0-9]{1,32}$/.test(value)) throw new RangeError("epoch: must be 1 to 32 lower-case letters and digits");
  return value as Epoch;
}

export function toScope(value: string): Scope {
  return value as Scope;
}

export const START: Position = toPosition(0);

/** @example formatCursor(toEpoch("k3x"), toPosition(120)) // "k3x:120" */
export function formatCursor(epoch: Epoch, position: Position): Cursor {
  return `${epoch}:${position}` as Cursor;
}

/** Reads a cursor, called `name` in errors; throws `invalid_cursor` when the text is none. */
export function parseCursor(text: unknown, name = "cursor"): { readonly epoch: Epoch; readonly position: Position } {
  const match = typeof text === "string" ? CURSOR.exec(text) : undefined;
  const position = Number(match?.[2]);
  if (match?.[1] === undefined || !Number.isSafeInteger(position)) {
    const got = typeof text === "string" ? JSON.stringify(text.slice(0, 64)) : "something that is no text";
    throw new FanfareError("invalid_cursor", `${name}: expected "epoch:position", got ${got}`);
  }
  return { epoch: match[1] as Epoch, position: position as Position };
}
