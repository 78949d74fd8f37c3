import { sql } from "kysely";
import { own } from "../database/schema.ts";
import { describeError } from "./blame.ts";
import type { LoopTools } from "./event-loop.ts";
import { OvertakenError } from "./progress.ts";
import { retrySettings, type TimedReaction } from "./reaction.ts";

/** Milliseconds after which the row is looked at again: another process may have moved it. */
const LONGEST_NAP_MS = 60_000;

/** One timed reaction at work. */
export class TimerLoop<Tables> {
  readonly #name: string;
  readonly #reaction: TimedReaction<Tables>;
  readonly #tools: LoopTools<Tables>;
  #failures = 0;

  constructor(name: string, reaction: TimedReaction<Tables>, tools: LoopTools<Tables>) {
    this.#name = name;
    this.#reaction = reaction;
    this.#tools = tools;
  }

  /** Resolves after the end of its pacing; never rejects. */
  async run(): Promise<void> {
    const { pacing, context } = this.#tools;
    while (!pacing.ended) {
      try {
        await this.#turn();
        this.#failures = 0;
      } catch (error) {
        if (error instanceof OvertakenError || pacing.ended) continue;
        this.#failures += 1;
        if (this.#failures === 1) context.logger.error({ timer: this.#name, err: error }, "a timed reaction failed");
        await this.#note(describeError(error)).catch(() => undefined);
        await pacing.backOff(this.#failures, retrySettings());
      }
    }
  }

  async #turn(): Promise<void> {
    const { context, pacing, runtime } = this.#tools;
    const row = await own(context.db.reader)
      .selectFrom("fanfare_timers")
      .select("next_at")
      .where("name", "=", this.#name)
      .executeTakeFirst();
    if (row === undefined) return this.#begin();
    const left = row.next_at - runtime.now();
    if (left > 0) return pacing.pause(Math.min(left, LONGEST_NAP_MS));
    await this.#fire(row.next_at);
  }

  async #begin(): Promise<void> {
    const row = { name: this.#name, next_at: this.#tools.runtime.now(), runs: 0, failures: 0 };
    await this.#tools.context.db.transaction(async (tx) => {
      await own(tx)
        .insertInto("fanfare_timers")
        .values({ ...row, error: null, error_at: null })
        .onConflict((conflict) => conflict.doNothing())
        .execute();
    });
  }

  async #fire(due: number): Promise<void> {
    const { context, runtime } = this.#tools;
    await context.db.transaction(async (tx) => {
      const now = runtime.now();
      const { numUpdatedRows } = await own(tx)
        .updateTable("fanfare_timers")
        .set({ next_at: now + this.#reaction.everyMs, runs: sql`runs + 1`, failures: 0 })
        .where("name", "=", this.#name)
        .where("next_at", "=", due)
        .executeTakeFirst();
      if (numUpdatedRows === 0n) throw new OvertakenError(`${this.#name}: another process ran it`);
      await this.#reaction.handle(now, tx, context);
    });
  }

  async #note(error: string): Promise<void> {
    const { context, runtime } = this.#tools;
    await context.db.transaction(async (tx) => {
      await own(tx)
        .updateTable("fanfare_timers")
        .set({ error, error_at: runtime.now(), failures: sql`failures + 1` })
        .where("name", "=", this.#name)
        .execute();
    });
  }
}
