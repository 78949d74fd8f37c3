import type { Sample } from "../harness/comparison.ts";
import type { Form } from "../harness/form.ts";
import { COMPILED, startDaemon } from "../../e2e/jitter/daemon.ts";
import { jitter as runJitter } from "../../e2e/jitter/jitter.ts";
import { percentile, replays } from "../../e2e/jitter/summary.ts";
import type { Subject } from "./subject.ts";

/** The same cuts in every run. */
const SEED = 20_260_131;
const EVENT_EVERY_MS = 500;
const PATIENCE_MS = 60_000;

export const jitter: Subject = {
  name: "jitter",
  comparisons: (form) => [
    {
      title: "Jitter: connections that are cut again and again",
      load:
        `${form.clients} clients of @fanfare/client, two events a second for ${form.jitter.lasts / 1000} s, each TCP connection cut at ` +
        `random about every ${form.jitter.every / 1000} s and away for ${form.jitter.away / 1000} s`,
      trials: [{ contender: "Fanfare", measure: () => measure(form) }],
      claims: [],
    },
  ],
};

async function measure({ clients, jitter: { lasts, every, away } }: Form): Promise<Sample> {
  await using daemon = await startDaemon({ build: COMPILED });
  const cuts = { everyMs: every, awayMs: away, seed: SEED };
  const { returns, faults, ...result } = await runJitter(daemon, {
    clients,
    eventEveryMs: EVENT_EVERY_MS,
    lastsMs: lasts,
    cuts,
    patienceMs: PATIENCE_MS,
  });
  const replay = (share: number): number => percentile(replays(returns), share);
  return {
    "delivered, %": result.share * 100,
    missing: faults.missing,
    "delivered twice": faults.repeated,
    "out of order": faults.disordered,
    "gaps told": faults.gaps,
    events: result.events,
    cuts: result.cuts,
    reconnects: returns.length,
    "of them not over WebSocket": returns.filter(({ over }) => over !== "websocket").length,
    "replay after the reconnect, p50 ms": replay(0.5),
    "replay after the reconnect, p95 ms": replay(0.95),
    "replay after the reconnect, p99 ms": replay(0.99),
    "replay after the reconnect, most ms": replay(1),
    "without a connection, p95 ms": percentile(
      returns.map(({ lost, opened }) => opened - lost),
      0.95,
    ),
  };
}
