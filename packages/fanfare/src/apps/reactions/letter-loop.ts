import { sql } from "kysely";
import { own, type OwnTables } from "../database/schema.ts";
import { applyMatter } from "./apply.ts";
import { blamesEvent, describeError } from "./blame.ts";
import type { LoopTools } from "./event-loop.ts";
import { OvertakenError, type Matter } from "./progress.ts";
import type { EventReaction } from "./reaction.ts";

/** Milliseconds between two looks at what a person wants handled again. */
const LOOK_MS = 500;
const BATCH = 10;

type DueLetter = Pick<OwnTables["fanfare_letters"], "number" | "reaction" | "body">;

/** Handles letters that a person has made due, once each: back to the dead, or gone. */
export class LetterLoop<Tables> {
  readonly #reactions: ReadonlyMap<string, EventReaction<Tables>>;
  readonly #tools: LoopTools<Tables>;

  constructor(reactions: ReadonlyMap<string, EventReaction<Tables>>, tools: LoopTools<Tables>) {
    this.#reactions = reactions;
    this.#tools = tools;
  }

  /** Resolves after the end of its pacing; never rejects. */
  async run(): Promise<void> {
    const { pacing, context } = this.#tools;
    for (let told = false; !pacing.ended; await pacing.pause(LOOK_MS)) {
      try {
        for (const letter of await this.#due()) await this.#handle(letter);
        told = false;
      } catch (error) {
        if (!told && !pacing.ended) context.logger.error({ err: error }, "dead letters cannot be handled now");
        told = true;
      }
    }
  }

  async #due(): Promise<readonly DueLetter[]> {
    return own(this.#tools.context.db.reader)
      .selectFrom("fanfare_letters")
      .select(["number", "reaction", "body"])
      .where("state", "=", "due")
      .where("reaction", "in", [...this.#reactions.keys()])
      .orderBy("number")
      .limit(BATCH)
      .execute();
  }

  async #handle({ number, reaction: name, body }: DueLetter): Promise<void> {
    const { context } = this.#tools;
    const reaction = this.#reactions.get(name);
    if (reaction === undefined) return;
    try {
      await context.db.transaction(async (tx) => {
        const taken = own(tx).deleteFrom("fanfare_letters").where("number", "=", number).where("state", "=", "due");
        const { numDeletedRows } = await taken.executeTakeFirst();
        if (numDeletedRows === 0n) throw new OvertakenError(`letter ${number}: another process has it`);
        await applyMatter(JSON.parse(body) as Matter, reaction, tx, context);
      });
    } catch (error) {
      if (error instanceof OvertakenError) return;
      if (!blamesEvent(error)) throw error;
      await this.#putBack(number, describeError(error));
    }
  }

  async #putBack(number: number, error: string): Promise<void> {
    await this.#tools.context.db.transaction(async (tx) => {
      await own(tx)
        .updateTable("fanfare_letters")
        .set({ state: "dead", error, attempts: sql`attempts + 1` })
        .where("number", "=", number)
        .execute();
    });
  }
}
