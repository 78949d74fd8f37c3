import {
  isFanfareError,
  type EventInput,
  type EventRecord,
  type PublishedEvent,
  type PublishResult,
} from "@fanfare/protocol";
import type { Findings } from "./findings.ts";

interface Publish {
  readonly topic: string;
  readonly events: readonly EventInput[];
  result: PublishResult | undefined;
}

/** What may happen to anybody while hubs fail, stop and refuse credentials. */
export const GOING: ReadonlySet<string> = new Set(["unavailable", "draining", "token_expired", "token_revoked"]);

/** What was published, and what the log is to say of it. */
export class PublishBook {
  readonly #findings: Findings;
  readonly #publishes: Publish[] = [];
  /** Publishes that are under way. */
  open = 0;

  constructor(findings: Findings) {
    this.#findings = findings;
  }

  /**
   * Answers what was acknowledged: nothing where it was refused, `undefined` where nobody knows.
   *
   * @param allowed what the rules of access say of all the events
   */
  async run(
    topic: string,
    events: readonly EventInput[],
    allowed: boolean,
    publish: () => Promise<PublishResult>,
  ): Promise<readonly PublishedEvent[] | undefined> {
    this.open += 1;
    try {
      const result = await publish();
      this.#publishes.push({ topic, events, result });
      this.#findings.count("publishes");
      if (!allowed) this.#findings.report(`a publish to ${topic} was taken that the rules forbid`);
      return result.events;
    } catch (error) {
      return this.#judge(error, topic, allowed, events) === "unavailable" ? undefined : [];
    } finally {
      this.open -= 1;
    }
  }

  /** Holds every acknowledgement against the log. */
  check(committed: readonly EventRecord[]): void {
    const claimed = new Set<number>();
    for (const { topic, events, result } of this.#publishes) {
      for (const [index, { id, position, duplicate }] of (result?.events ?? []).entries()) {
        const record = committed[position - 1];
        const event = events[index];
        if (record?.id !== id || record.topic !== topic || record.type !== event?.type || (event.id ?? id) !== id)
          this.#findings.report(`position ${position} was acknowledged for ${id}, but is another event`);
        if (duplicate) this.#findings.count("duplicates");
        else if (claimed.has(position)) this.#findings.report(`position ${position} was acknowledged twice as new`);
        else claimed.add(position);
      }
    }
  }

  #judge(error: unknown, topic: string, allowed: boolean, events: readonly EventInput[]): string {
    const code = isFanfareError(error) ? error.code : String(error);
    this.#findings.count(`publish ${code}`);
    if (code === "forbidden" && allowed)
      this.#findings.report(`a publish to ${topic} was forbidden that the rules allow`);
    const conflicts = code === "id_conflict" && events.some(({ id }) => id?.startsWith("id-") === true);
    if (code !== "forbidden" && !conflicts && !GOING.has(code))
      this.#findings.report(`a publish to ${topic} failed with ${code}`);
    return code;
  }
}
