import { afterEach, describe, expect, test } from "vitest";
import { memoryLog, MemoryStorage } from "../../src/memory.ts";
import { logConformance } from "../../src/testing/conformance/log.ts";
import { Chance } from "../../src/testing/seeded-chance.ts";
import { Agenda } from "./agenda.ts";
import { FaultyLog } from "./faulty-log.ts";

let running = true;

afterEach(() => {
  running = false;
});

/** Lets whatever waits go on, as long as the test runs. */
function restlessAgenda(chance: Chance): Agenda {
  const agenda = new Agenda(chance);
  running = true;
  const go = (): void => {
    agenda.runOne();
    if (running) setImmediate(go);
  };
  go();
  return agenda;
}

describe("a faulty log that does not fail", () => {
  test.each(logConformance)("keeps to the port's contract: $name", async ({ run }) => {
    const chance = new Chance(1);
    const agenda = restlessAgenda(chance);
    const storage = new MemoryStorage();
    // The suite asks for whole pages where the port allows short ones.
    const faults = { readFailure: 0, appendFailure: 0, pageRows: 1_000_000, tellEvents: 2 };
    const open = async (): Promise<FaultyLog> => new FaultyLog(memoryLog(storage), { agenda, chance, faults });
    await expect(run({ open })).resolves.toBeUndefined();
  });
});
