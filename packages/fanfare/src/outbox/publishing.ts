import { FanfareError, type EventInput, type PublishResult } from "@fanfare/protocol";
import type { Runtime } from "../core/ports/runtime.ts";
import { backoffLimit, jitter, patienceLimit } from "./backoff.ts";
import { toStages, type Batch } from "./batches.ts";
import type { RelaySettings } from "./options.ts";
import { afterOblivion, afterRefusal, afterSilence, blame, isForgotten, released, type Outcome } from "./outcome.ts";
import type { Publisher } from "./publisher.ts";
import { toEventInput, type LeasedRow } from "./row.ts";

export interface PublishingOptions {
  readonly publisher: Publisher;
  readonly runtime: Runtime;
  readonly settings: RelaySettings;
  /** Milliseconds since 1970: when the rows are nobody's own any more. */
  readonly until: number;
}

export interface Published {
  readonly outcomes: readonly Outcome[];
  /** The log said something, yes or no. */
  readonly answered: boolean;
  /** The first error that blames the log. */
  readonly trouble: unknown;
}

/** Publishes the leased rows, in the order of their numbers, and says what became of each. Never rejects. */
export async function publishRows(rows: readonly LeasedRow[], options: PublishingOptions): Promise<Published> {
  const publishing = new Publishing(options);
  await publishing.run(rows);
  return publishing;
}

class Publishing implements Published {
  readonly outcomes: Outcome[] = [];
  answered = false;
  trouble: unknown;
  readonly #options: PublishingOptions;
  readonly #startedAt: number;
  /** Keys whose next rows must not overtake one that failed. */
  readonly #stopped: Set<string> = new Set();
  readonly #events: Map<LeasedRow, EventInput<unknown>> = new Map();

  constructor(options: PublishingOptions) {
    this.#options = options;
    this.#startedAt = options.runtime.now();
  }

  async run(rows: readonly LeasedRow[]): Promise<void> {
    const fit = rows.filter((row) => this.#isFit(row));
    for (const stage of toStages(fit)) await Promise.all(stage.map((batch) => this.#publish(batch)));
  }

  /** What can't be published whatever the log says is set aside at once. */
  #isFit(row: LeasedRow): boolean {
    if (isForgotten(row.unsureSince, this.#startedAt, this.#options.settings.idMemoryMs)) {
      this.outcomes.push(afterOblivion(row));
      return false;
    }
    try {
      this.#events.set(row, toEventInput(row));
      return true;
    } catch (error) {
      this.outcomes.push(afterRefusal(row, error, { maxAttempts: 1, nextAttemptAt: 0 }));
      return false;
    }
  }

  async #publish({ topic, rows }: Batch): Promise<void> {
    const late = this.#options.runtime.now() >= this.#options.until;
    const waits = ({ key }: LeasedRow): boolean => late || this.#stopped.has(key);
    this.outcomes.push(...rows.filter(waits).map(released));
    const free = rows.filter((row) => !waits(row));
    if (free.length === 0) return;
    try {
      const { events } = await this.#answer(topic, free);
      this.answered = true;
      for (const [index, { number }] of free.entries())
        this.outcomes.push({ kind: "sent", number, duplicate: events[index]?.duplicate ?? false });
    } catch (error) {
      await this.#failed({ topic, rows: free }, error);
    }
  }

  async #failed({ topic, rows }: Batch, error: unknown): Promise<void> {
    if (blame(error) === "log") return this.#silent(rows, error);
    this.answered = true;
    const [first] = rows;
    if (rows.length > 1) {
      // Somewhere among them is a bad one, and all of them were refused for it.
      for (const row of rows) await this.#publish({ topic, rows: [row] });
    } else if (first !== undefined) this.#refused(first, error);
  }

  #refused(row: LeasedRow, error: unknown): void {
    const { runtime, settings } = this.#options;
    const delay = jitter(backoffLimit(row.attempts + 1, settings), runtime);
    const nextAttemptAt = runtime.now() + delay;
    const outcome = afterRefusal(row, error, { maxAttempts: settings.maxAttempts, nextAttemptAt });
    // A dead row lets the ones behind it pass.
    if (outcome.kind === "failed") this.#stopped.add(row.key);
    this.outcomes.push(outcome);
  }

  /** The whole batch may be in the log or not, so all of it is tried again, together. */
  #silent(rows: readonly LeasedRow[], error: unknown): void {
    const { runtime, settings } = this.#options;
    this.trouble ??= error;
    const triedAt = this.#startedAt;
    const now = runtime.now();
    const waited = now - Math.min(triedAt, ...rows.map(({ unsureSince = triedAt }) => unsureSince));
    const nextAttemptAt = now + jitter(patienceLimit(waited, settings), runtime);
    for (const row of rows) {
      this.#stopped.add(row.key);
      this.outcomes.push(afterSilence(row, error, { triedAt, nextAttemptAt }));
    }
  }

  /** The log's answer, or an error once the lease is over: nobody waits for ever. */
  #answer(topic: string, rows: readonly LeasedRow[]): Promise<PublishResult> {
    const { publisher, runtime, until } = this.#options;
    const events = rows.flatMap((row) => this.#events.get(row) ?? []);
    return new Promise((resolve, reject) => {
      const late = (): void => reject(new FanfareError("unavailable", "publish: no answer before the lease ended"));
      const timer = runtime.later(Math.max(0, until - runtime.now()), late);
      const end =
        <Value>(settle: (value: Value) => void) =>
        (value: Value): void => {
          timer.cancel();
          settle(value);
        };
      const call = async (): Promise<PublishResult> => publisher.publish(topic, events);
      call().then(end(resolve), end(reject));
    });
  }
}
