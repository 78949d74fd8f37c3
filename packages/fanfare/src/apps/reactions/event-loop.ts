import { formatCursor, parseCursor, type Page } from "@fanfare/protocol";
import { readingPage } from "../../core/reading.ts";
import type { Runtime } from "../../core/ports/runtime.ts";
import type { AppContext } from "../context.ts";
import { own } from "../database/schema.ts";
import { applyMatter } from "./apply.ts";
import { blamesEvent, describeError } from "./blame.ts";
import type { Pacing } from "./pacing.ts";
import { OvertakenError, positionOf, ProgressRow, type Letter, type Matter, type Progress } from "./progress.ts";
import { retrySettings, type EventReaction, type RetrySettings } from "./reaction.ts";

export interface LoopTools<Tables> {
  readonly context: AppContext<Tables>;
  readonly pacing: Pacing;
  readonly runtime: Pick<Runtime, "now" | "random">;
}

/** Events of one page, and of one transaction while nothing fails. */
const PAGE = 100;
/** Milliseconds that a read waits for something to happen. */
const WAIT_MS = 30_000;
/** Milliseconds of a pause after a read that ended before its time, as those of a hub that drains do. */
const REST_MS = 100;

/** What is handled together with the cursor behind it. */
interface Step extends Matter {
  readonly cursor: string;
}

/** One reaction at work: reads on from its cursor, until it is stopped. */
export class EventLoop<Tables> {
  readonly #reaction: EventReaction<Tables>;
  readonly #tools: LoopTools<Tables>;
  readonly #row: ProgressRow;
  readonly #retry: RetrySettings;
  /** Turns in a row that something around it spoiled. */
  #troubles = 0;

  constructor(name: string, reaction: EventReaction<Tables>, tools: LoopTools<Tables>) {
    this.#reaction = reaction;
    this.#tools = tools;
    this.#row = new ProgressRow(name);
    this.#retry = retrySettings(reaction.retry);
  }

  /** Resolves after the end of its pacing; never rejects. */
  async run(): Promise<void> {
    const { pacing, context } = this.#tools;
    while (!pacing.ended) {
      try {
        await this.#turn();
        this.#troubles = 0;
      } catch (error) {
        // Whoever was overtaken reads its row again; a stop may end whatever is under way.
        if (error instanceof OvertakenError || pacing.ended) continue;
        this.#troubles += 1;
        if (this.#troubles === 1)
          context.logger.error({ reaction: this.#row.name, err: error }, "a reaction is held up");
        await pacing.backOff(this.#troubles, this.#retry);
      }
    }
  }

  async #turn(): Promise<void> {
    const { context, pacing } = this.#tools;
    const progress = await this.#row.read(own(context.db.reader));
    if (progress === undefined) return this.#begin();
    const page = await this.#read(progress);
    const { cursor, gap, events } = page;
    if (pacing.ended) return;
    if (gap !== undefined || events.length > 0) await this.#apply(page, progress);
    else if (cursor === progress.cursor) await pacing.pause(REST_MS);
    // Nothing of all that passed was meant: from here on nobody has to look at it again.
    else await this.#move(progress.cursor, page);
  }

  async #begin(): Promise<void> {
    const { context } = this.#tools;
    const { topics, filter, after = "start" } = this.#reaction;
    const { prev: cursor, scope } = await context.hub.read({ topics, filter, after, limit: 1 });
    await context.db.transaction((tx) => this.#row.begin(own(tx), { cursor, scope }));
  }

  async #read({ cursor: after, scope }: Progress): Promise<Page> {
    const { context, pacing } = this.#tools;
    const { topics, filter } = this.#reaction;
    const asked = { topics, filter, after, scope, limit: PAGE, waitMs: WAIT_MS };
    return readingPage(await context.hub.read(asked, { abort: pacing.signal }));
  }

  async #move(from: string, { cursor, scope }: Page): Promise<void> {
    await this.#tools.context.db.transaction((tx) => this.#row.move(own(tx), from, { cursor, scope }));
  }

  /** All of a page in one transaction; when that fails, step by step, so that only the bad one is tried again. */
  async #apply(page: Page, progress: Progress): Promise<void> {
    const steps = toSteps(page);
    if (progress.attempts === 0 && steps.length > 1) {
      try {
        return await this.#handle(steps, progress.cursor, page.scope);
      } catch (error) {
        if (!blamesEvent(error) || error instanceof OvertakenError) throw error;
      }
    }
    let { cursor: from, attempts } = progress;
    for (const step of steps) {
      if (this.#tools.pacing.ended) return;
      if (!(await this.#insist(step, from, page.scope, attempts))) return;
      from = step.cursor;
      attempts = 0;
    }
  }

  async #handle(steps: readonly Step[], from: string, scope: string): Promise<void> {
    const { context } = this.#tools;
    const { cursor = from } = steps.at(-1) ?? {};
    const handled = steps.filter(({ event }) => event !== undefined).length;
    const gaps = steps.filter(({ gap }) => gap !== undefined).length;
    await context.db.transaction(async (tx) => {
      // First, so that another process's work is noticed before ours is done again.
      await this.#row.move(own(tx), from, { cursor, scope, handled, gaps });
      for (const step of steps) await applyMatter(step, this.#reaction, tx, context);
    });
  }

  /** Tries one step until it is done or dead; answers `false` when the end came first. */
  async #insist(step: Step, from: string, scope: string, before: number): Promise<boolean> {
    const { pacing, context } = this.#tools;
    for (let attempts = before + 1; ; attempts += 1) {
      try {
        await this.#handle([step], from, scope);
        return true;
      } catch (error) {
        if (!blamesEvent(error) || error instanceof OvertakenError) throw error;
        if (attempts >= this.#retry.attempts) {
          await this.#setAside(step, { from, scope, attempts, error });
          return true;
        }
        const at = this.#tools.runtime.now();
        await context.db.transaction((tx) => this.#row.note(own(tx), { error: describeError(error), attempts, at }));
        await pacing.backOff(attempts, this.#retry);
        if (pacing.ended) return false;
      }
    }
  }

  async #setAside(
    step: Step,
    failure: { from: string; scope: string; attempts: number; error: unknown },
  ): Promise<void> {
    const { context, runtime } = this.#tools;
    const { from, scope, attempts } = failure;
    const error = describeError(failure.error);
    const letter = toLetter(step, { attempts, error });
    const at = runtime.now();
    await context.db.transaction(async (tx) => {
      await this.#row.move(own(tx), from, { cursor: step.cursor, scope, died: 1 });
      await this.#row.note(own(tx), { error, attempts: 0, at });
      await this.#row.setAside(own(tx), letter, at);
    });
    context.logger.error(
      { reaction: this.#row.name, position: letter.position, err: failure.error },
      "a reaction could not handle an event, which is a dead letter now",
    );
  }
}

/** A gap belongs to the first event, as it is told before it; the last step's cursor is the page's. */
function toSteps({ gap, events, cursor }: Page): readonly Step[] {
  const { epoch } = parseCursor(cursor);
  if (events.length === 0) return [{ gap, event: undefined, cursor }];
  return events.map((event, index) => ({
    gap: index === 0 ? gap : undefined,
    event,
    cursor: index === events.length - 1 ? cursor : formatCursor(epoch, event.position),
  }));
}

function toLetter({ gap, event, cursor }: Step, failure: { attempts: number; error: string }): Letter {
  return {
    position: event?.position ?? positionOf(cursor),
    topic: event?.topic ?? "",
    type: event?.type ?? gap?.reason ?? "",
    body: JSON.stringify({ event, gap } satisfies Matter),
    ...failure,
  };
}
