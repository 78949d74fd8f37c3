import type { AppContext } from "../context.ts";
import { own } from "../database/schema.ts";
import { EventLoop, type LoopTools } from "./event-loop.ts";
import { lastError, type ReactionFigures, type TimerFigures } from "./figures.ts";
import { LetterLoop } from "./letter-loop.ts";
import { Pacing } from "./pacing.ts";
import { positionOf, ProgressRow } from "./progress.ts";
import { isTimed, type EventReaction, type Reaction, type TimedReaction } from "./reaction.ts";
import { TimerLoop } from "./timer-loop.ts";
import type { Runtime } from "../../core/ports/runtime.ts";

export interface ReactionsOptions<Tables> {
  readonly reactions: Readonly<Record<string, Reaction<Tables>>>;
  readonly context: AppContext<Tables>;
  readonly runtime: Pick<Runtime, "now" | "random">;
}

/** All reactions of an app at work. */
export class Reactions<Tables> {
  readonly #context: AppContext<Tables>;
  readonly #events: ReadonlyMap<string, EventReaction<Tables>>;
  readonly #timed: ReadonlyMap<string, TimedReaction<Tables>>;
  readonly #stop = new AbortController();
  readonly #running: Promise<unknown>;

  constructor({ reactions, context, runtime }: ReactionsOptions<Tables>) {
    const all = Object.entries(reactions);
    this.#context = context;
    this.#events = new Map(all.flatMap(([name, one]) => (isTimed(one) ? [] : [[name, one] as const])));
    this.#timed = new Map(all.flatMap(([name, one]) => (isTimed(one) ? [[name, one] as const] : [])));
    const tools: LoopTools<Tables> = { context, runtime, pacing: new Pacing(this.#stop.signal, runtime) };
    this.#running = Promise.all([
      ...[...this.#events].map(([name, reaction]) => new EventLoop(name, reaction, tools).run()),
      ...[...this.#timed].map(([name, reaction]) => new TimerLoop(name, reaction, tools).run()),
      ...(this.#events.size === 0 ? [] : [new LetterLoop(this.#events, tools).run()]),
    ]);
  }

  /** Ends after what is under way. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  /** True when every reaction to events has handled all that there is for it now. */
  async idle(): Promise<boolean> {
    const behind = await Promise.all([...this.#events].map(([name, reaction]) => this.#isBehind(name, reaction)));
    return !behind.includes(true);
  }

  async figures(): Promise<{
    readonly reactions: Readonly<Record<string, ReactionFigures>>;
    readonly timers: Readonly<Record<string, TimerFigures>>;
  }> {
    const head = positionOf((await this.#context.hub.read({ after: "now", limit: 1 })).cursor);
    const reactions = await Promise.all(
      [...this.#events].map(async ([name, reaction]) => [name, await this.#figuresOf(name, reaction, head)] as const),
    );
    const timers = await Promise.all(
      [...this.#timed.keys()].map(async (name) => [name, await this.#timerFigures(name)] as const),
    );
    return { reactions: Object.fromEntries(reactions), timers: Object.fromEntries(timers) };
  }

  async #isBehind(name: string, { topics, filter }: EventReaction<Tables>): Promise<boolean> {
    const progress = await new ProgressRow(name).read(own(this.#context.db.reader));
    if (progress === undefined) return true;
    const { cursor: after, scope } = progress;
    const { entries, gap, complete } = await this.#context.hub.read({ topics, filter, after, scope, limit: 1 });
    return entries.length > 0 || gap !== undefined || !complete;
  }

  async #figuresOf(name: string, reaction: EventReaction<Tables>, head: number): Promise<ReactionFigures> {
    const db = own(this.#context.db.reader);
    const row = await db.selectFrom("fanfare_reactions").selectAll().where("name", "=", name).executeTakeFirst();
    const letters = await db
      .selectFrom("fanfare_letters")
      .select(({ fn }) => ["state", fn.countAll<number>().as("count")])
      .where("reaction", "=", name)
      .groupBy("state")
      .execute();
    const count = (state: string): number => letters.find((letter) => letter.state === state)?.count ?? 0;
    const { cursor, handled = 0, gaps = 0, attempts = 0, error = null, error_at = null } = row ?? {};
    const position = cursor === undefined ? 0 : positionOf(cursor);
    return {
      position,
      lag: (await this.#isBehind(name, reaction)) ? Math.max(0, head - position) : 0,
      handled,
      gaps,
      dead: count("dead"),
      due: count("due"),
      attempts,
      ...lastError(error, error_at),
    };
  }

  async #timerFigures(name: string): Promise<TimerFigures> {
    const db = own(this.#context.db.reader);
    const row = await db.selectFrom("fanfare_timers").selectAll().where("name", "=", name).executeTakeFirst();
    const { next_at: nextAt = 0, runs = 0, failures = 0, error = null, error_at = null } = row ?? {};
    return { nextAt, runs, failures, ...lastError(error, error_at) };
  }
}
