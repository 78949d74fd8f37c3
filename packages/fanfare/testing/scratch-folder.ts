import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";

/** A new path at every call, in a folder that goes away after the file's last test. */
export function scratchFolder(): (name?: string) => string {
  const folder = mkdtempSync(join(tmpdir(), "fanfare-test-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  // Every open log starts threads, and each would strip the types of the same sources again.
  process.env["NODE_COMPILE_CACHE"] ??= join(tmpdir(), "fanfare-test-compiled");
  let count = 0;
  return (name = "log.db") => join(folder, `${(count += 1)}-${name}`);
}
