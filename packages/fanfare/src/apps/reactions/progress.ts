import { parseCursor, type FanfareEvent, type Gap } from "@fanfare/protocol";
import { sql, type Kysely, type Transaction } from "kysely";
import type { OwnTables } from "../database/schema.ts";

/** Where a reaction is: as its row says. */
export interface Progress {
  readonly cursor: string;
  readonly scope: string;
  readonly attempts: number;
}

/** What is handled at once: an event, a gap, or an event behind a gap. */
export interface Matter {
  readonly gap?: Gap | undefined;
  readonly event?: FanfareEvent | undefined;
}

/** What a reaction could not handle, as it is set aside. */
export interface Letter {
  readonly position: number;
  readonly topic: string;
  readonly type: string;
  /** JSON of a {@link Matter}. */
  readonly body: string;
  readonly error: string;
  readonly attempts: number;
}

/** Another process moved the cursor meanwhile: what was done here does not count. */
export class OvertakenError extends Error {
  override readonly name = "OvertakenError";
}

/** The row of one reaction; everything that changes it stands in somebody's transaction. */
export class ProgressRow {
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }

  async read(db: Kysely<OwnTables>): Promise<Progress | undefined> {
    return db
      .selectFrom("fanfare_reactions")
      .select(["cursor", "scope", "attempts"])
      .where("name", "=", this.name)
      .executeTakeFirst();
  }

  /** Writes where the reaction begins, unless another process has done so. */
  async begin(tx: Transaction<OwnTables>, { cursor, scope }: Omit<Progress, "attempts">): Promise<void> {
    const row = { name: this.name, cursor, scope, handled: 0, gaps: 0, died: 0, attempts: 0 };
    await tx
      .insertInto("fanfare_reactions")
      .values({ ...row, error: null, error_at: null })
      .onConflict((conflict) => conflict.doNothing())
      .execute();
  }

  /** Throws {@link OvertakenError} when the cursor is not where it was. */
  async move(tx: Transaction<OwnTables>, from: string, to: Moved): Promise<void> {
    const { cursor, scope, handled = 0, gaps = 0, died = 0 } = to;
    const result = await tx
      .updateTable("fanfare_reactions")
      .set({
        cursor,
        scope,
        attempts: 0,
        handled: sql`handled + ${handled}`,
        gaps: sql`gaps + ${gaps}`,
        died: sql`died + ${died}`,
      })
      .where("name", "=", this.name)
      .where("cursor", "=", from)
      .executeTakeFirst();
    if (result.numUpdatedRows !== 1n) throw new OvertakenError(`${this.name}: another process is ahead`);
  }

  async note(tx: Transaction<OwnTables>, failure: { error: string; attempts: number; at: number }): Promise<void> {
    const { error, attempts, at } = failure;
    await tx
      .updateTable("fanfare_reactions")
      .set({ error, attempts, error_at: at })
      .where("name", "=", this.name)
      .execute();
  }

  async setAside(tx: Transaction<OwnTables>, letter: Letter, now: number): Promise<void> {
    await tx
      .insertInto("fanfare_letters")
      .values({ ...letter, number: sql`NULL`, reaction: this.name, state: "dead", died_at: now })
      .execute();
  }
}

export interface Moved {
  readonly cursor: string;
  readonly scope: string;
  readonly handled?: number;
  readonly gaps?: number;
  readonly died?: number;
}

/** The position that a cursor stands at. */
export function positionOf(cursor: string): number {
  return parseCursor(cursor).position;
}
