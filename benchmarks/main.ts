/**
 * `npm run bench [-- SUBJECT…] [--short] [--rounds N] [--out FOLDER]`: measures side by side with peers and prints ratios.
 * Nothing here passes or fails by time; the exit code only says whether everything was measured.
 */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { compare, type Comparison, type Outcome } from "./harness/comparison.ts";
import { brief, full, type Form } from "./harness/form.ts";
import { commit, machine, root, versions } from "./harness/machine.ts";
import { Progress } from "./harness/progress.ts";
import { showOutcome, showRun, type Run } from "./harness/report.ts";
import { picturesOf } from "./pictures.ts";
import { subjects } from "./subjects/all.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    short: { type: "boolean", default: false },
    rounds: { type: "string" },
    out: { type: "string", default: join(root, "benchmarks", "results") },
  },
});
const unknown = positionals.filter((name) => subjects.every((subject) => subject.name !== name));
if (unknown.length > 0) {
  console.error(`Unknown: ${unknown.join(", ")}. Subjects: ${subjects.map(({ name }) => name).join(", ")}`);
  process.exit(2);
}

const chosen: Form = values.short ? brief : full;
const form: Form = values.rounds === undefined ? chosen : { ...chosen, rounds: Number(values.rounds) };
const comparisons = subjects
  .filter(({ name }) => positionals.length === 0 || positionals.includes(name))
  .flatMap((subject) => subject.comparisons(form));
const run: Omit<Run, "outcomes"> = {
  started: new Date().toISOString(),
  command: ["npm run bench", ...(process.argv.length > 2 ? ["--", ...process.argv.slice(2)] : [])].join(" "),
  form: form.name,
  commit: commit(),
  machine: machine(),
  versions: versions(),
};
const outcomes = await runAll(comparisons);
await keep({ ...run, outcomes });

async function runAll(list: readonly Comparison[]): Promise<readonly Outcome[]> {
  const progress = new Progress(list.reduce((sum, { trials }) => sum + trials.length * form.rounds, 0));
  const done: Outcome[] = [];
  for (const comparison of list) {
    try {
      const outcome = await compare(comparison, form.rounds, (...step) => progress.show(...step));
      done.push(outcome);
      progress.say(`\n${showOutcome(outcome)}`);
    } catch (error) {
      // One contender that does not start must not cost the figures of all others.
      process.exitCode = 1;
      progress.say(`\n### ${comparison.title}\n\nNot measured: ${String(error)}\n`);
    }
  }
  progress.end();
  return done;
}

async function keep(whole: Run): Promise<void> {
  await mkdir(values.out, { recursive: true });
  const name = `${whole.started.slice(0, 16).replaceAll(":", "")}-${whole.form}`;
  await writeFile(join(values.out, `${name}.json`), `${JSON.stringify(whole, null, 1)}\n`);
  await writeFile(join(values.out, `${name}.md`), showRun(whole));
  for (const picture of picturesOf(whole.outcomes))
    await writeFile(join(values.out, `${name}-${picture.name}.svg`), picture.svg);
  console.log(`Kept as ${join(values.out, name)}.{json,md}`);
}
