import { parseCursor, START, toPosition, type Cursor, type Epoch, type Gap, type Position } from "@fanfare/protocol";
import type { Horizon } from "./horizon.ts";
import type { Log } from "./ports/log.ts";
import type { Replay } from "./replay.ts";
import type { Selection } from "./selection.ts";
import type { Tail } from "./tail.ts";

/** Where reading begins, and what is known to be lost before it. */
export interface Beginning {
  readonly position: Position;
  /** Told with the first delivery. */
  readonly gap: Gap | undefined;
  /** The client's own cursor where it is none of this log. */
  readonly foreign: Cursor | undefined;
  /** False announces a gap `trimmed`, `scope` or `reset`. */
  readonly recovered: boolean;
}

export interface BeginningTools {
  readonly epoch: Epoch;
  readonly tail: Tail;
  readonly log: Log;
  readonly replay: Replay;
  readonly horizon: Horizon;
}

/**
 * Finds where a reader begins that asks for `after` (a cursor, `start` or `now`) and got that cursor under `scope`.
 * Throws `invalid_cursor` for anything else.
 */
export async function findBeginning(
  after: string,
  scope: string | undefined,
  selection: Selection,
  tools: BeginningTools,
): Promise<Beginning> {
  if (after === "now") return { position: tools.tail.head, gap: undefined, foreign: undefined, recovered: true };
  if (after === "start") return fromPosition(START, undefined, selection, tools);
  const { epoch, position } = parseCursor(after, "after");
  const known = epoch === tools.epoch && (position <= tools.tail.head || position <= (await tools.log.bounds()).last);
  if (!known)
    return { position: START, gap: { reason: "reset", to: toPosition(0) }, foreign: after as Cursor, recovered: false };
  // Another process may have committed what this one is about to be told.
  await tools.horizon.reached(position);
  const gap: Gap | undefined =
    scope === undefined || scope === selection.scope ? undefined : { reason: "scope", from: START, to: position };
  return fromPosition(position, gap, selection, tools);
}

async function fromPosition(
  position: Position,
  gap: Gap | undefined,
  selection: Selection,
  { tail, replay }: BeginningTools,
): Promise<Beginning> {
  const trimmed = tail.reaches(position) ? START : (await replay.page(selection.patterns, position)).trimmed;
  return { position, gap, foreign: undefined, recovered: gap === undefined && trimmed <= position };
}
