/**
 * `npm run test:jitter`: 1 000 clients, each of whose connections is cut again and again for a minute. `FANFARE_JITTER_SEED`
 * repeats one.
 */
import { startDaemon } from "./daemon.ts";
import { jitter } from "./jitter.ts";
import { isFaultless, percentile, replays, toWords } from "./summary.ts";

const seed = Number(process.env["FANFARE_JITTER_SEED"] ?? Date.now() % 1_000_000);
const cuts = { everyMs: 15_000, awayMs: 2_000, seed };
const form = { clients: 1_000, eventEveryMs: 500, lastsMs: 60_000, cuts, patienceMs: 60_000 };

console.log(
  `${form.clients} clients for ${form.lastsMs / 1000} s, each cut about every ${cuts.everyMs / 1000} s ` +
    `and away for ${cuts.awayMs / 1000} s, seed ${seed}.`,
);
await using daemon = await startDaemon();
const result = await jitter(daemon, form);
console.log(`${result.cuts} cuts. ${toWords(result)}`);
const kept = isFaultless(result) && percentile(replays(result.returns), 0.95) < 1_000;
console.log(kept ? "Nothing lost, nothing twice, in time." : `BROKEN; repeat with FANFARE_JITTER_SEED=${seed}.`);
process.exitCode = kept ? 0 : 1;
