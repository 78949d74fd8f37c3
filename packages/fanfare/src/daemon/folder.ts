import { existsSync, mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { DaemonError } from "./daemon-error.ts";

/** Makes the folder that the database belongs in. Throws {@link DaemonError} where it cannot be. */
export function makeFolderOf(db: string): void {
  try {
    makeFolder(dirname(db));
  } catch (cause) {
    throw new DaemonError(
      `log: ${db}: its folder cannot be made: ${cause instanceof Error ? cause.message : String(cause)}`,
      {
        cause,
      },
    );
  }
}

/** One level after the other: Node's own way to make several at once never ends where a file system refuses, as /proc. */
function makeFolder(path: string): void {
  if (existsSync(path)) return;
  const parent = dirname(path);
  if (parent !== path) makeFolder(parent);
  try {
    mkdirSync(path);
  } catch (error) {
    // Another process may have been faster.
    if (!existsSync(path)) throw error;
  }
}
