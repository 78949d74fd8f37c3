import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { allMutants } from "./mutants/all.ts";
import type { Command, Mutant } from "./mutants/mutant.ts";
import { breakSource, look, tryMutant } from "./mutants/trial.ts";
import { WorkspaceCopy } from "./mutants/workspace-copy.ts";
import { root } from "./run.ts";

let copy: WorkspaceCopy;
beforeAll(async () => {
  copy = await WorkspaceCopy.make();
}, 60_000);
afterAll(() => copy[Symbol.asyncDispose]());

/** Enough for what these few break; `npm run test:mutants` tries all of them. */
const shortSimulation: Command = [
  "node",
  "--conditions=@fanfare/source",
  "scripts/simulate.ts",
  "--rounds=20",
  "--bail",
];

const known = (name: string): Mutant => {
  const mutant = allMutants.find((one) => one.name === name);
  if (mutant === undefined) throw new Error(`there is no mutant "${name}"`);
  return mutant;
};

describe("mutants", { timeout: 60_000 }, () => {
  test.each(allMutants)("there is still something to break: $name", async (mutant) => {
    const source = await readFile(join(root, mutant.file), "utf8");
    expect(breakSource(source, mutant)).toHaveProperty("text");
  });

  test("have names of their own", () => {
    expect(new Set(allMutants.map(({ name }) => name)).size).toBe(allMutants.length);
  });

  test("the sources in a copy keep every promise as they are", async () => {
    expect(await look(copy.folder, shortSimulation)).toMatchObject({ passed: true });
  });

  test.each([
    "a live delivery names its own cursor as prev",
    "a heartbeat claims one position too many",
    "the tail claims to hold what it let go of",
    "a connection that takes more again is forgotten",
  ])("is caught by the simulator: %s", async (name) => {
    const verdict = await tryMutant(copy.folder, { ...known(name), caughtBy: shortSimulation });
    expect(verdict).toMatchObject({ kind: "caught" });
  });

  test("one that breaks nothing survives, and the copy is whole again after each", async () => {
    const file = "packages/fanfare/src/core/tail.ts";
    const harmless = { ...known("the tail claims to hold what it let go of"), replace: "return this.floor <= after;" };
    expect(await tryMutant(copy.folder, { ...harmless, caughtBy: shortSimulation })).toMatchObject({
      kind: "survived",
    });
    expect(await readFile(join(copy.folder, file), "utf8")).toBe(await readFile(join(root, file), "utf8"));
  });

  test("one whose text is not there, or that is no program, is nobody's merit", async () => {
    const mutant = known("a heartbeat claims one position too many");
    const lost = await tryMutant(copy.folder, { ...mutant, find: "not to be found" });
    const senseless = await tryMutant(copy.folder, { ...mutant, replace: "cursor: (" });
    expect([lost, senseless]).toMatchObject([
      { kind: "unclear", why: expect.stringContaining("0 times") },
      { kind: "unclear", why: expect.stringContaining("no program") },
    ]);
  });
});
