import { expect, onTestFinished, test } from "vitest";
import { startDaemon } from "./daemon.ts";
import { jitter } from "./jitter.ts";
import { NO_FAULTS, percentile, replays } from "./summary.ts";

/** `npm run test:jitter` runs the long form. */
const form = {
  clients: 100,
  eventEveryMs: 200,
  lastsMs: 12_000,
  cuts: { everyMs: 12_000, awayMs: 1_000, seed: 20_260_131 },
  patienceMs: 25_000,
};

test("clients whose connections are cut again and again get everything, once and in order, soon after they are back", async () => {
  const daemon = await startDaemon();
  onTestFinished(() => daemon[Symbol.asyncDispose]());
  const { returns, ...result } = await jitter(daemon, form);
  expect(result).toMatchObject({ clients: form.clients, share: 1, faults: NO_FAULTS });
  expect(result.events).toBeGreaterThan(20);
  // Hardly anybody was left in peace.
  expect(result.cuts).toBeGreaterThan(form.clients * 0.8);
  expect(returns.length).toBeGreaterThan(form.clients * 0.8);
  expect(percentile(replays(returns), 0.95)).toBeLessThan(1_000);
});
