import { FanfareError, formatCursor, type Gap, type Limits, type Position } from "@fanfare/protocol";
import { findBeginning, type Beginning, type BeginningTools } from "./beginning.ts";
import type { Broker } from "./broker.ts";
import type { Entry } from "./entry.ts";
import type { ReadParams, Reading } from "./hub.ts";
import type { Abort, Runtime } from "./ports/runtime.ts";
import type { Reader } from "./reader.ts";
import type { Granted } from "./request.ts";

export interface PagesOptions {
  readonly broker: Broker;
  readonly reader: Reader;
  readonly runtime: Runtime;
  readonly limits: Limits;
}

/** Bytes of events in one page. */
const PAGE_BYTES = 4 * 1024 * 1024;

/** Steps of reading that one page may take: how far it looks for a rare match before it answers with a cursor alone. */
const MAX_STEPS = 20;

/** Reading by pages, with or without waiting: the same intervals that subscribers get, asked for one at a time. */
export class Pages {
  readonly #options: PagesOptions;

  constructor(options: PagesOptions) {
    this.#options = options;
  }

  async read(params: ReadParams, granted: Granted, tools: BeginningTools, abort: Abort | undefined): Promise<Reading> {
    const limit = params.limit ?? this.#options.limits.pageEvents;
    if (!Number.isInteger(limit) || limit < 1 || limit > this.#options.limits.pageEventsMax) {
      throw new FanfareError(
        "invalid_request",
        `limit: must be a whole number from 1 to ${this.#options.limits.pageEventsMax}`,
      );
    }
    const waitMs = params.waitMs ?? 0;
    if (!(waitMs >= 0 && waitMs <= this.#options.limits.waitSeconds * 1000))
      throw new FanfareError("invalid_request", `wait: must be from 0 to ${this.#options.limits.waitSeconds} seconds`);
    const beginning = await findBeginning(params.after ?? "start", params.scope, granted.selection, tools);
    const prev = beginning.foreign ?? formatCursor(tools.epoch, beginning.position);
    const toReading = (found: Found): Reading => ({
      prev,
      entries: found.entries,
      cursor: formatCursor(tools.epoch, found.through),
      complete: found.complete,
      scope: granted.selection.scope,
      gap: found.gap,
    });
    const until = this.#options.runtime.now() + waitMs;
    let found = await this.#collect(beginning, granted, limit);
    while (found.entries.length === 0 && found.gap === undefined) {
      const left = until - this.#options.runtime.now();
      if (left <= 0 || abort?.aborted === true) break;
      if (found.complete) await this.#match(granted, found.through, left, abort);
      found = await this.#collect(
        { position: found.through, gap: undefined, foreign: undefined, recovered: true },
        granted,
        limit,
      );
    }
    return toReading(found);
  }

  /** Everything after the beginning until the page is full, the log is at its end, or a second gap would have to be told. */
  async #collect(beginning: Beginning, { selection, policy }: Granted, limit: number): Promise<Found> {
    const { reader, broker } = this.#options;
    const entries: Entry[] = [];
    let { position: through, gap } = beginning;
    let bytes = 0;
    for (
      let step = 0;
      step < MAX_STEPS && entries.length < limit && bytes < PAGE_BYTES && through < broker.head;
      step += 1
    ) {
      const interval = await reader.read(
        { selection, policy, seen: through },
        { events: limit - entries.length, bytes: PAGE_BYTES - bytes },
      );
      if (interval.gap !== undefined && (gap !== undefined || entries.length > 0)) break;
      gap = interval.gap ?? gap;
      entries.push(...interval.entries);
      bytes += interval.entries.reduce((sum, entry) => sum + entry.bytes, 0);
      through = interval.through;
      // The other policies choose among all that waits, so that a second choice would add to the first.
      if (policy.policy !== "complete") break;
    }
    return { entries, through, gap, complete: through >= broker.head };
  }

  /** Resolves when an event after the position matches, the time is over, or nobody waits any more. */
  #match({ selection }: Granted, after: Position, ms: number, abort: Abort | undefined): Promise<void> {
    const { broker, runtime } = this.#options;
    return new Promise((resolve) => {
      // What came between reading and waiting is there to be read.
      if (broker.head > after) return resolve();
      const done = (): void => {
        timer.cancel();
        unwatch();
        abort?.removeEventListener("abort", done);
        resolve();
      };
      const timer = runtime.later(ms, done);
      const unwatch = broker.watch(selection, done);
      abort?.addEventListener("abort", done, { once: true });
    });
  }
}

interface Found {
  readonly entries: readonly Entry[];
  readonly through: Position;
  readonly gap: Gap | undefined;
  readonly complete: boolean;
}
