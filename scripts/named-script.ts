import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { root, run } from "./run.ts";
import { fromLine, oneFailure, tallyOfCommand, type Tally } from "./tally.ts";

/** Runs an npm script of this package: lets a long command speak, but keeps its sum for ours. One that is not there fails. */
export async function runScript(script: string): Promise<Tally> {
  console.log(`\n$ npm run ${script}`);
  const manifest: { scripts: object } = JSON.parse(await readFile(join(root, "package.json"), "utf8"));
  if (!Object.hasOwn(manifest.scripts, script)) {
    console.log(`package.json has no script "${script}": it counts as a failure`);
    return oneFailure;
  }
  let own: Tally | undefined;
  const { code } = await run("npm", ["run", "--silent", script], (line) => {
    const tally = fromLine(line);
    if (tally === undefined) console.log(line);
    else own = tally;
  });
  return tallyOfCommand(own, code);
}
