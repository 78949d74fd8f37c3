import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import type { State } from "../../core/ports/state.ts";
import { busConformance } from "../../testing/conformance/bus.ts";
import { logConformance } from "../../testing/conformance/log.ts";
import { stateConformance } from "../../testing/conformance/state.ts";
import { sqliteLog, type SqliteLog } from "./log.ts";

const folder = mkdtempSync(join(tmpdir(), "fanfare-conformance-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let files = 0;
const nextFile = (): string => join(folder, `${(files += 1)}.db`);
const itself = async <Handle>(handle: Handle): Promise<Handle> => handle;
/** With the safety check off only the doorbell can wake a neighbour. */
const DOORBELL_ONLY = { safetyCheck: false };

/** The state of a log whose file goes with it. */
function closedWith(log: SqliteLog): State {
  const { state } = log;
  return {
    get: (key) => state.get(key),
    put: (key, value, options) => state.put(key, value, options),
    delete: (key, options) => state.delete(key, options),
    list: (prefix) => state.list(prefix),
    close: () => log.close(),
  };
}

describe("a SQLite log", () => {
  test.each(logConformance)("with one handle: $name", async ({ run }) => {
    const path = nextFile();
    const open = async () => sqliteLog(path, DOORBELL_ONLY);
    await expect(run({ open, neighbour: itself })).resolves.toBeUndefined();
  });

  test.each(logConformance)("with two handles: $name", async ({ run }) => {
    const path = nextFile();
    await expect(run({ open: async () => sqliteLog(path, DOORBELL_ONLY) })).resolves.toBeUndefined();
  });
});

describe("state in a SQLite file", () => {
  test.each(stateConformance)("$name", async ({ run }) => {
    const path = nextFile();
    const open = async () => {
      const log = sqliteLog(path, DOORBELL_ONLY);
      return closedWith(log);
    };
    await expect(run({ open })).resolves.toBeUndefined();
  });
});

describe("a bus beside a SQLite file", () => {
  test.each(busConformance)("$name", async ({ run }) => {
    const path = nextFile();
    const open = async () => {
      const log = sqliteLog(path, DOORBELL_ONLY);
      await log.bus.nodes();
      return log.bus;
    };
    await expect(run({ open })).resolves.toBeUndefined();
  });
});
