/**
 * `npm run test:mutants`: breaks a copy of the sources in one way after the other and sees that the named test notices.
 * A mutant that survives, or whose text is not found exactly once any more, fails the run.
 * `-- --only heartbeat` tries those whose name holds the word, `-- --list` names them all.
 */
import { parseArgs } from "node:util";
import { allMutants } from "./mutants/all.ts";
import type { Command, Mutant } from "./mutants/mutant.ts";
import { look, tryMutant } from "./mutants/trial.ts";
import { WorkspaceCopy } from "./mutants/workspace-copy.ts";

const { values } = parseArgs({
  options: { only: { type: "string", default: "" }, list: { type: "boolean", default: false } },
});
const mutants = allMutants.filter(({ name }) => name.includes(values.only));

if (values.list) for (const { name, file } of mutants) console.log(`${name} (${file})`);
else process.exitCode = (await tryAll(mutants)) ? 0 : 1;

async function tryAll(all: readonly Mutant[]): Promise<boolean> {
  await using copy = await WorkspaceCopy.make();
  console.log(`${all.length} mutants in ${copy.folder}`);
  if (!(await startsWhole(copy.folder, all))) return false;
  let failed = 0;
  for (const [index, mutant] of all.entries()) {
    const verdict = await tryMutant(copy.folder, mutant);
    if (verdict.kind !== "caught") failed += 1;
    const told = verdict.kind === "unclear" ? verdict.why : `${verdict.seconds.toFixed(1)} s`;
    const sign = verdict.kind === "caught" ? "✓ caught" : `✗ ${verdict.kind.toUpperCase()}`;
    console.log(`${String(index + 1).padStart(3)}/${all.length} ${sign}: ${mutant.name} (${told})`);
  }
  console.log(`${all.length - failed} mutants caught, ${failed} not`);
  return failed === 0;
}

/** A test that fails by itself would catch everything. */
async function startsWhole(folder: string, all: readonly Mutant[]): Promise<boolean> {
  const commands = new Map<string, Command>(all.map(({ caughtBy }) => [caughtBy.join(" "), caughtBy]));
  let whole = true;
  for (const [text, command] of commands) {
    const { passed, seconds } = await look(folder, command);
    console.log(`    ${passed ? "✓" : "✗ FAILS BY ITSELF"} ${text} (${seconds.toFixed(1)} s)`);
    whole &&= passed;
  }
  return whole;
}
