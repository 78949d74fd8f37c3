import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sqliteLog } from "fanfare/sqlite";
import { busConformance, logConformance, stateConformance } from "fanfare/testing";
import { afterAll, describe, expect, test } from "vitest";
import { Neighbour } from "./neighbour.ts";
import { busOf, stateOf } from "./whole-file.ts";

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
    const open = async () => stateOf(sqliteLog(path, DOORBELL_ONLY));
    await expect(run({ open, neighbour: () => neighbour.state(path) })).resolves.toBeUndefined();
  });
});

describe("two processes with a bus beside one file", () => {
  test.each(busConformance)("$name", async ({ run }) => {
    const path = nextFile();
    const open = () => busOf(sqliteLog(path, DOORBELL_ONLY));
    await expect(run({ open, neighbour: () => neighbour.bus(path) })).resolves.toBeUndefined();
  });
});
