import assert from "node:assert/strict";
import { START, type EventRecord, type Position } from "@fanfare/protocol";
import type { Appended, Log, LogPage, ReadRequest } from "../../core/ports/log.ts";
import { patterns } from "./sample-events.ts";
import { eventually } from "./waiting.ts";

/** One page with bounds that no case reaches, save those it gives. */
export function page(log: Log, request: Partial<ReadRequest> = {}): Promise<LogPage> {
  return log.read({ topics: patterns(">"), after: START, limit: 10_000, scan: 10_000, bytes: 100_000_000, ...request });
}

/** Reads on, page by page, until the head; fails when a page makes no progress. */
export async function readAll(log: Log, request: Partial<ReadRequest> = {}): Promise<readonly EventRecord[]> {
  const events: EventRecord[] = [];
  let after = request.after ?? START;
  for (;;) {
    const { events: more, through, head } = await page(log, { ...request, after });
    assertInside(more, after, through);
    events.push(...more);
    if (through === head) return events;
    assert.ok(through > after, `a page that begins after ${after} ends at ${through}, below the head ${head}`);
    after = through;
  }
}

/** What a follower was told so far. */
export interface Followed {
  readonly head: Position;
  readonly events: readonly EventRecord[];
  readonly until: (count: number) => Promise<void>;
  readonly stop: () => void;
}

export async function collect(log: Log): Promise<Followed> {
  const events: EventRecord[] = [];
  const following = await log.follow((more) => void events.push(...more));
  const until = (count: number): Promise<void> =>
    eventually(`a follower is told ${count} events`, () => events.length >= count);
  return { head: following.head, events, until, stop: () => following.stop() };
}

export function positions(items: readonly (Appended | EventRecord)[]): readonly number[] {
  return items.map(({ position }) => position);
}

/** The whole numbers from `from` to `to`. */
export function range(from: number, to: number): readonly number[] {
  return Array.from({ length: to - from + 1 }, (_, index) => from + index);
}

function assertInside(events: readonly EventRecord[], after: Position, through: Position): void {
  let before: number = after;
  for (const { position } of events) {
    assert.ok(position > before && position <= through, `position ${position} is not in (${before}, ${through}]`);
    before = position;
  }
}
