import { ensureKeyFile } from "../access/key-file.ts";
import { makeFolderOf } from "./folder.ts";
import type { Settings } from "./settings.ts";

/**
 * The secret that a daemon's own tokens are signed with: the configured one, or that of a file beside the database, made
 * when it is not there. `undefined` where nothing is kept and nothing is configured.
 */
export async function signingSecret({
  auth,
  log,
  db,
}: Pick<Settings, "auth" | "log" | "db">): Promise<string | undefined> {
  if (auth?.secret !== undefined) return auth.secret;
  if (log !== undefined) return undefined;
  makeFolderOf(db);
  return ensureKeyFile(`${db}.key`);
}
