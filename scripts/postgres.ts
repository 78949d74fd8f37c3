import { accessSync, constants, globSync } from "node:fs";
import { join } from "node:path";
import { run } from "./run.ts";

/** How a person without PostgreSQL gets it; a suite that cannot run prints this. */
export const postgresHint =
  'install it (Debian: "apt-get install postgresql") or point FANFARE_POSTGRES at the folder with initdb and postgres';

/** The folder of the programs that tests start a server with: `FANFARE_POSTGRES`, or the newest that Debian has installed. */
export function findPostgres(): string | undefined {
  const chosen = process.env["FANFARE_POSTGRES"];
  if (chosen !== undefined && chosen !== "") return chosen;
  const versions = globSync("/usr/lib/postgresql/*/bin").toSorted((a, b) => versionOf(b) - versionOf(a));
  return versions.find((folder) => isExecutable(join(folder, "initdb")) && isExecutable(join(folder, "postgres")));
}

/** Installs Debian's PostgreSQL where this may be done without asking; elsewhere says how to get it. */
export async function ensurePostgres(): Promise<void> {
  if (findPostgres() !== undefined) return;
  if (process.getuid?.() !== 0 || !isExecutable("/usr/bin/apt-get")) {
    console.log(`PostgreSQL is missing, so its tests are skipped: ${postgresHint}.`);
    return;
  }
  console.log("Installing PostgreSQL for the outbox's tests: apt-get install postgresql (about half a minute)");
  const update = await run("apt-get", ["update"]);
  const install = await run("apt-get", ["install", "--yes", "--no-install-recommends", "postgresql"]);
  if (install.code === 0) return;
  console.log(`${update.output}\n${install.output}`);
  console.log(`PostgreSQL could not be installed, so its tests are skipped: ${postgresHint}.`);
}

function versionOf(folder: string): number {
  return Number(folder.split("/").at(-2));
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
