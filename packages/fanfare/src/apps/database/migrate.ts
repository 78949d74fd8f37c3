import { FanfareError } from "@fanfare/protocol";
import type { Kysely } from "kysely";
import { Migrator, type Migration } from "kysely/migration";
import { OWN_MIGRATIONS } from "./schema.ts";

/** Brings our tables and the app's own up to date. Throws `unavailable`, naming the migration that failed. */
export async function migrateApp<Tables>(
  db: Kysely<Tables>,
  migrations: Readonly<Record<string, Migration>>,
): Promise<void> {
  await migrateTo(db, OWN_MIGRATIONS, "fanfare_migration");
  await migrateTo(db, migrations, "kysely_migration");
}

async function migrateTo<Tables>(
  db: Kysely<Tables>,
  migrations: Readonly<Record<string, Migration>>,
  table: string,
): Promise<void> {
  const { error, results = [] } = await new Migrator({
    db,
    provider: { getMigrations: async () => ({ ...migrations }) },
    migrationTableName: table,
    migrationLockTableName: `${table}_lock`,
  }).migrateToLatest();
  if (error === undefined) return;
  const failed = results.find(({ status }) => status === "Error")?.migrationName;
  const where = failed === undefined ? "migrations" : `migration ${failed}`;
  const reason = error instanceof Error ? error.message : "it threw what is no error";
  throw new FanfareError("unavailable", `${where}: ${reason}`, { cause: error });
}
