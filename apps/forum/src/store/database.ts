import type { AppDatabase, AppTransaction } from "fanfare/app";
import type { Kysely } from "kysely";
import type { ForumTables } from "./tables.ts";

/** The forum's own database. One transaction at a time: what a rule has read stays true until the commit. */
export type ForumDatabase = AppDatabase<ForumTables>;

export type ForumTransaction = AppTransaction<ForumTables>;

/** Reads go through a transaction or beside it. */
export type ForumReader = Kysely<ForumTables>;
