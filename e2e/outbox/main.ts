/** `npm run test:outbox`: the kill test at length. `FANFARE_OUTBOX_KILLS` and `FANFARE_OUTBOX_SEED` choose another one. */
import { killRounds } from "./rounds.ts";

const kills = Number(process.env["FANFARE_OUTBOX_KILLS"] ?? 200);
const seed = Number(process.env["FANFARE_OUTBOX_SEED"] ?? Date.now() % 1_000_000);

console.log(`Killing ${kills} processes with an outbox, seed ${seed}.`);
const { orders, broken } = await killRounds({ kills, seed, progress: (line) => console.log(line) });
for (const problem of broken) console.log(`BROKEN: ${problem}`);
console.log(
  broken.length === 0
    ? `All ${orders} orders are in the log, once, and in the order of their keys.`
    : `${broken.length} promises were broken; repeat with FANFARE_OUTBOX_SEED=${seed}.`,
);
process.exitCode = broken.length === 0 ? 0 : 1;
