import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { State } from "fanfare";
import { sqliteLog } from "fanfare/sqlite";
import { busConformance, logConformance, stateConformance } from "fanfare/testing";
import { afterAll, describe, expect, test } from "vitest";
import { Neighbour } from "./neighbour.ts";

const folder = mkdtempSync(join(tmpdir(), "fanfare-processes-"));
const neighbour = new Neighbour();
afterAll(async () => {
  await neighbour.stop();
  rmSync(folder, { recursive: true, force: true });
});

let files = 0;
const nextFile = (): string => join(folder, `${(files += 1)}.db`);
/** Only the doorbell may wake the other process. */
const DOORBELL_ONLY = { safetyCheck: false };

describe("two processes with one SQLite log", () => {
  test.each(logConformance)("$name", async ({ run }) => {
    const path = nextFile();
    const open = async () => sqliteLog(path, DOORBELL_ONLY);
    await expect(run({ open, neighbour: () => neighbour.log(path) })).resolves.toBeUndefined();
  });
});

describe("two processes with state in one file", () => {
  test.each(stateConformance)("$name", async ({ run }) => {
    const path = nextFile();
    const open = async (): Promise<State> => {
      const log = sqliteLog(path, DOORBELL_ONLY);
      const { state } = log;
      return {
        get: (key) => state.get(key),
        put: (key, value, options) => state.put(key, value, options),
        delete: (key, options) => state.delete(key, options),
        list: (prefix) => state.list(prefix),
        close: () => log.close(),
      };
    };
    await expect(run({ open, neighbour: () => neighbour.state(path) })).resolves.toBeUndefined();
  });
});

describe("two processes with a bus beside one file", () => {
  test.each(busConformance)("$name", async ({ run }) => {
    const path = nextFile();
    const open = async () => {
      const log = sqliteLog(path, DOORBELL_ONLY);
      await log.bus.nodes();
      return log.bus;
    };
    await expect(run({ open, neighbour: () => neighbour.bus(path) })).resolves.toBeUndefined();
  });
});
