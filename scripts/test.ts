/**
 * `npm test`: checks, then every suite, then the npm scripts named as arguments, and one last line that sums it all. A
 * script that is not there is a failure. With `CI` set a skipped test is a failed one.
 */
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runChecks } from "./checks.ts";
import { ensureChromium } from "./chromium.ts";
import { ensureFirefox } from "./firefox.ts";
import { runScript } from "./named-script.ts";
import { ensurePostgres } from "./postgres.ts";
import { show } from "./run.ts";
import { oneFailure, sum, tallyOfReport, toLine, type Report, type Tally } from "./tally.ts";

const strict = (process.env["CI"] ?? "") !== "";

await ensureChromium();
await ensureFirefox();
await ensurePostgres();
const tallies = [await runChecks(), await runSuites()];
for (const script of process.argv.slice(2)) tallies.push(await runScript(script));
const total = sum(tallies);
console.log(toLine(total));
process.exitCode = total.failed === 0 ? 0 : 1;

async function runSuites(): Promise<Tally> {
  const folder = await mkdtemp(join(tmpdir(), "fanfare-test-"));
  const file = join(folder, "report.json");
  try {
    const code = await show("vitest", ["run", "--reporter=default", "--reporter=json", `--outputFile.json=${file}`]);
    const report: Report = JSON.parse(await readFile(file, "utf8"));
    const { skipped, ...tally } = tallyOfReport(report, code, strict);
    for (const name of skipped) console.log(`SKIPPED${strict ? ", which CI refuses" : ""}: ${name}`);
    return tally;
  } catch (error) {
    console.log(`The test runner left no report: ${String(error)}`);
    return oneFailure;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
