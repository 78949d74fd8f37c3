/** `npm run test:crash`: the crash test at length. `FANFARE_CRASH_ROUNDS` and `FANFARE_CRASH_SEED` choose another one. */
import { crashRounds } from "./rounds.ts";

const rounds = Number(process.env["FANFARE_CRASH_ROUNDS"] ?? 200);
const seed = Number(process.env["FANFARE_CRASH_SEED"] ?? Date.now() % 1_000_000);

console.log(`Killing publishing processes in ${rounds} rounds, seed ${seed}.`);
const { acknowledged, broken } = await crashRounds({ rounds, seed, progress: (line) => console.log(line) });
for (const problem of broken) console.log(`BROKEN: ${problem}`);
console.log(
  broken.length === 0
    ? `All ${acknowledged} acknowledged events are there, once and in order; no batch is half there.`
    : `${broken.length} promises were broken; repeat with FANFARE_CRASH_SEED=${seed}.`,
);
process.exitCode = broken.length === 0 ? 0 : 1;
