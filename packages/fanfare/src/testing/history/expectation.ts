import {
  attributeText,
  compileFilter,
  matches,
  parseCursor,
  parsePattern,
  type FanfareEvent,
  type Pattern,
} from "@fanfare/protocol";
import type { CommittedLog, SubscriptionHistory } from "./history.ts";

/** What a subscription must get of a log if nothing is lost. */
export class Expectation {
  /** As it is to be shown, ascending by position. */
  readonly events: readonly FanfareEvent[];
  /** Highest position that retention removed from any of its topics; 0 for none. */
  readonly trimmed: number;
  readonly #log: CommittedLog;
  readonly #shown: ReadonlyMap<number, FanfareEvent>;

  constructor(log: CommittedLog, { topics, filter, allows, shows }: SubscriptionHistory) {
    const patterns = topics.map((topic) => parsePattern(topic));
    const wanted = compileFilter(filter);
    this.#log = log;
    this.events = log.events
      .filter((event) => isOneOf(patterns, event.topic) && allows?.(event) !== false)
      .map((event) => shows?.(event) ?? event)
      .filter((event) => wanted(event));
    this.#shown = new Map(this.events.map((event) => [event.position, event]));
    const removed = Object.entries(log.trimmed ?? {}).filter(([topic]) => isOneOf(patterns, topic));
    this.trimmed = Math.max(0, ...removed.map(([, through]) => through));
  }

  get last(): number {
    return this.#log.events.at(-1)?.position ?? 0;
  }

  at(position: number): FanfareEvent | undefined {
    return this.#shown.get(position);
  }

  /** What is to come for the positions `(from, to]`. */
  between(from: number, to: number): readonly FanfareEvent[] {
    return this.events.slice(this.#indexAfter(from), this.#indexAfter(to));
  }

  /** True when retention took the event from the log. */
  isRemoved({ topic, position }: FanfareEvent): boolean {
    const { trimmed } = this.#log;
    return trimmed !== undefined && Object.hasOwn(trimmed, topic) && position <= (trimmed[topic] ?? 0);
  }

  isCommitted(position: number): boolean {
    return this.#log.events.some((event) => event.position === position);
  }

  #indexAfter(position: number): number {
    let low = 0;
    let high = this.events.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.events[middle]?.position ?? 0) > position) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}

/** What policy `conflate` tells events apart by; an event without the attribute is like no other. */
export function conflationKey(event: FanfareEvent, key: string): string | undefined {
  const value = Object.hasOwn(event.attributes, key) ? event.attributes[key] : undefined;
  return value === undefined ? undefined : attributeText(value);
}

/** The event's text, by which two of them are compared: byte for byte, names in their order. */
export function eventText(event: FanfareEvent): string {
  let text = texts.get(event);
  if (text === undefined) texts.set(event, (text = JSON.stringify(event)));
  return text;
}

const texts = new WeakMap<FanfareEvent, string>();

export interface Place {
  readonly epoch: string;
  readonly position: number;
}

/** The cursor's parts, or `undefined` for a text that is none. */
export function toPlace(cursor: string): Place | undefined {
  try {
    return parseCursor(cursor);
  } catch {
    return undefined;
  }
}

function isOneOf(patterns: readonly Pattern[], topic: string): boolean {
  return patterns.some((pattern) => matches(pattern, topic as FanfareEvent["topic"]));
}
