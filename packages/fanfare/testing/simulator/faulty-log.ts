import { FanfareError, type EventDraft, type EventRecord } from "@fanfare/protocol";
import type {
  Appended,
  Following,
  Log,
  LogBounds,
  LogCapabilities,
  LogListener,
  LogPage,
  ReadRequest,
  TopicsRequest,
  TopicStats,
  TrimRequest,
} from "../../src/core/ports/log.ts";
import type { Chance } from "../../src/testing/seeded-chance.ts";
import type { Agenda } from "./agenda.ts";

/** How badly a log behaves within its contract. */
export interface Faults {
  /** Probability that a read fails. */
  readFailure: number;
  /** Probability that an append fails, before or after its commit. */
  appendFailure: number;
  /** Rows of a page, at most; a page may hold fewer. */
  readonly pageRows: number;
  /** Events that a follower is told at once, at most. */
  readonly tellEvents: number;
}

export interface FaultyLogTools {
  readonly agenda: Agenda;
  readonly chance: Chance;
  readonly faults: Faults;
}

/**
 * A log that keeps to the port's contract and no further: every answer takes its time and overtakes others, pages are
 * short, followers are told in arbitrary pieces, and now and then something fails.
 */
export class FaultyLog implements Log {
  readonly capabilities: LogCapabilities;
  readonly #inner: Log;
  readonly #tools: FaultyLogTools;
  /** Reads under way, and the most there ever were. */
  reading = 0;
  mostReading = 0;

  constructor(inner: Log, tools: FaultyLogTools) {
    this.capabilities = inner.capabilities;
    this.#inner = inner;
    this.#tools = tools;
  }

  async append(batch: readonly EventDraft[]): Promise<readonly Appended[]> {
    const { agenda, chance, faults } = this.#tools;
    await agenda.turn();
    const fails = chance.maybe(faults.appendFailure);
    if (fails && chance.maybe(0.5)) throw new FanfareError("unavailable", "log: failed before the commit");
    const appended = await this.#inner.append(batch);
    await agenda.turn();
    if (fails) throw new FanfareError("unavailable", "log: failed after the commit");
    return appended;
  }

  async read(request: ReadRequest): Promise<LogPage> {
    const { agenda, chance, faults } = this.#tools;
    this.reading += 1;
    this.mostReading = Math.max(this.mostReading, this.reading);
    try {
      await agenda.turn();
      if (chance.maybe(faults.readFailure)) throw new FanfareError("unavailable", "log: the read failed");
      const rows = chance.between(1, faults.pageRows);
      const page = await this.#inner.read({
        ...request,
        limit: Math.min(request.limit, rows),
        scan: Math.min(request.scan, rows + chance.between(0, 2)),
      });
      await agenda.turn();
      return page;
    } finally {
      this.reading -= 1;
    }
  }

  bounds(): Promise<LogBounds> {
    return this.#delayed(() => this.#inner.bounds());
  }

  topics(request: TopicsRequest): Promise<readonly TopicStats[]> {
    return this.#delayed(() => this.#inner.topics(request));
  }

  async follow(listener: LogListener): Promise<Following> {
    const { agenda, chance, faults } = this.#tools;
    const untold: EventRecord[] = [];
    let stopped = false;
    const tell = (): void => {
      if (stopped) return;
      listener(untold.splice(0, chance.between(1, faults.tellEvents)));
      if (untold.length > 0) agenda.add(tell);
    };
    const following = await this.#inner.follow((events) => {
      if (untold.length === 0) agenda.add(tell);
      untold.push(...events);
    });
    await agenda.turn();
    const stop = (): void => {
      stopped = true;
      following.stop();
    };
    return { head: following.head, stop };
  }

  trim(request: TrimRequest): Promise<number> {
    return this.#delayed(() => this.#inner.trim(request));
  }

  close(): Promise<void> {
    return this.#inner.close();
  }

  async #delayed<Answer>(ask: () => Promise<Answer>): Promise<Answer> {
    const { agenda } = this.#tools;
    await agenda.turn();
    const answer = await ask();
    await agenda.turn();
    return answer;
  }
}
