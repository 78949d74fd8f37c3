/**
 * `npm run test:lossy`: plays random histories of clients over a network that loses frames and breaks links, by seed, and holds
 * each against what was promised. `-- --rounds 100 --from 1` plays others (with `--bail` up to the first that fails),
 * `-- --seed 7 --trace` plays one again and tells everything that happens.
 */
import { parseArgs } from "node:util";
import { simulateLossy } from "../packages/client/testing/lossy/simulate.ts";

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "1000" },
    from: { type: "string", default: "1" },
    seed: { type: "string" },
    trace: { type: "boolean", default: false },
    bail: { type: "boolean", default: false },
  },
});
const first = Number(values.seed ?? values.from);
const rounds = values.seed === undefined ? Number(values.rounds) : 1;
const trace = values.trace ? (line: string): void => console.log(line) : undefined;

/** So many failing seeds are shown before the rest is only counted. */
const SHOWN = 10;

const totals = new Map<string, number>();
const started = performance.now();
let failed = 0;
for (let round = 0; round < rounds; round += 1) {
  const { seed, violations, counts } = await simulateLossy(first + round, trace);
  for (const [situation, count] of counts) totals.set(situation, (totals.get(situation) ?? 0) + count);
  if (violations.length > 0) show(seed, violations);
  if (failed > 0 && values.bail) break;
}
for (const [situation, count] of [...totals].toSorted(([left], [right]) => (left < right ? -1 : 1)))
  console.log(`${String(count).padStart(9)} ${situation}`);
const seconds = ((performance.now() - started) / 1000).toFixed(1);
console.log(`${rounds} rounds from seed ${first}, ${failed} failed, ${seconds} s`);
process.exitCode = failed === 0 ? 0 : 1;

function show(seed: number, violations: readonly string[]): void {
  failed += 1;
  if (failed > SHOWN) return;
  console.log(`✗ seed ${seed}: ${violations.slice(0, 5).join("\n  ")}`);
  console.log(`  replay: npm run test:lossy -- --seed ${seed} --trace`);
}
