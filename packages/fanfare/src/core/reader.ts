import { toPosition, type DeliveryPolicy, type Gap, type Position } from "@fanfare/protocol";
import { createFold, policyKey, type Fold, type Interval, type IntervalLimits, type Kept } from "./interval.ts";
import type { Replay, Span } from "./replay.ts";
import type { Selection } from "./selection.ts";
import type { Tail } from "./tail.ts";

/** What one step of reading asks for: the interval after `seen`. */
export interface ReadStep {
  readonly selection: Selection;
  readonly policy: DeliveryPolicy;
  readonly seen: Position;
}

/** Entries of the tail looked at in one go. */
const SPAN_ROWS = 5_000;

/** Rows that counting for `latest` and choosing for `conflate` look at. */
const WINDOW_ROWS = 100_000;

/**
 * Makes intervals from wherever a subscription left off: from the tail at once, from the log as a promise. Replay and
 * live are the same read; there is no seam between them but the position.
 */
export class Reader {
  readonly #tail: Tail;
  readonly #replay: Replay;
  readonly #breathe: () => Promise<void>;
  readonly #shared = new Map<string, Interval | Promise<Interval>>();
  /** Rows looked at so far: what reading costs. */
  scanned = 0;

  /** @param breathe lets other work run between two stretches of a long scan. */
  constructor(tail: Tail, replay: Replay, breathe: () => Promise<void>) {
    this.#tail = tail;
    this.#replay = replay;
    this.#breathe = breathe;
  }

  /**
   * The next interval within the limits, at most up to the head, shared with everybody who asks for the same until
   * {@link Reader.refresh}.
   */
  next(step: ReadStep, limits: IntervalLimits): Interval | Promise<Interval> {
    const key = `${step.selection.scope} ${policyKey(step.policy)} ${step.seen} ${limits.events} ${limits.bytes}`;
    const known = this.#shared.get(key);
    if (known !== undefined) return known;
    const interval = this.read(step, limits);
    this.#shared.set(key, interval);
    return interval;
  }

  /** The head has moved: what comes next may hold more than what was shared so far. */
  refresh(): void {
    this.#shared.clear();
  }

  /** The same for one caller alone. */
  read(step: ReadStep, limits: IntervalLimits): Interval | Promise<Interval> {
    const fold = createFold(step.policy, limits);
    const start = windowStart(step, this.#tail.head);
    const span = this.#span(step.selection, start);
    if (span instanceof Promise) return this.#makeFrom(span, step, fold, start);
    const through = this.#feed(fold, step.selection, start, span);
    const whole = step.policy.policy === "complete" || through !== span.through || through === this.#tail.head;
    return whole
      ? toInterval(step, fold.finish(through), start, span.trimmed)
      : this.#makeFrom(span, step, fold, start, through);
  }

  async #makeFrom(
    first: Span | Promise<Span>,
    step: ReadStep,
    fold: Fold,
    start: Position,
    fed?: Position,
  ): Promise<Interval> {
    const end = windowEnd(step, this.#tail.head);
    let span = this.#known(await first);
    let through = fed ?? this.#feed(fold, step.selection, start, span);
    let trimmed = span.trimmed;
    while (step.policy.policy !== "complete" && through === span.through && through < end) {
      await this.#breathe();
      span = this.#known(await this.#span(step.selection, through));
      trimmed = higher(trimmed, span.trimmed);
      through = this.#feed(fold, step.selection, through, span);
    }
    return toInterval(step, fold.finish(through), start, trimmed);
  }

  #span(selection: Selection, after: Position): Span | Promise<Span> {
    if (!this.#tail.reaches(after)) return this.#replay.page(selection.patterns, after);
    const entries = this.#tail.slice(after, SPAN_ROWS);
    const last = entries.length < SPAN_ROWS ? undefined : entries.at(-1);
    return { entries, through: last?.position ?? this.#tail.head, trimmed: toPosition(0) };
  }

  /** The log may have been read further than subscribers were told; what lies beyond the head comes with the head. */
  #known(span: Span): Span {
    const { head } = this.#tail;
    if (span.through <= head) return span;
    return { ...span, entries: span.entries.filter(({ position }) => position <= head), through: head };
  }

  /** Shows the span to the fold; answers up to where it was taken. */
  #feed(fold: Fold, selection: Selection, after: Position, span: Span): Position {
    let taken = after;
    for (const entry of span.entries) {
      this.scanned += 1;
      const shown = selection.select(entry);
      if (shown !== undefined && !fold.take(shown)) return taken;
      taken = entry.position;
    }
    return span.through;
  }
}

/** `latest` wants the newest and need not look at all that is older. */
function windowStart({ policy, seen }: ReadStep, head: Position): Position {
  return policy.policy === "latest" ? higher(seen, toPosition(Math.max(0, head - WINDOW_ROWS))) : seen;
}

function windowEnd({ policy, seen }: ReadStep, head: Position): Position {
  return policy.policy === "conflate" ? toPosition(Math.min(head, seen + WINDOW_ROWS)) : head;
}

function toInterval(step: ReadStep, kept: Kept, start: Position, trimmed: Position): Interval {
  const { seen } = step;
  const lost = toPosition(Math.max(seen, Math.min(trimmed, kept.through)));
  return { from: seen, through: kept.through, entries: kept.entries, gap: toGap(step, kept, start, lost) };
}

/** @param lost up to where retention took something, `seen` for nowhere. */
function toGap({ policy, seen }: ReadStep, kept: Kept, start: Position, lost: Position): Gap | undefined {
  const droppedTo = kept.dropped > 0 ? higher(start, kept.droppedThrough) : start;
  if (droppedTo > seen && lost <= droppedTo && (policy.policy === "latest" || kept.dropped > 0)) {
    const counted = start === seen && lost === seen ? { dropped: kept.dropped } : { atLeast: kept.dropped };
    return { reason: policy.policy === "latest" ? "slow" : "superseded", from: seen, to: droppedTo, ...counted };
  }
  return lost > seen ? { reason: "trimmed", from: seen, to: lost } : undefined;
}

function higher(left: Position, right: Position): Position {
  return left > right ? left : right;
}
