import type { Sample, Series } from "../harness/comparison.ts";
import type { Form } from "../harness/form.ts";
import { densest, deploy as runDeploy } from "../../e2e/deploy/deploy.ts";
import { COMPILED, startDaemon } from "../../e2e/jitter/daemon.ts";
import { percentile, replays } from "../../e2e/jitter/summary.ts";
import type { Subject } from "./subject.ts";

const EVENT_EVERY_MS = 100;
const PATIENCE_MS = 60_000;

export const deploy: Subject = {
  name: "deploy",
  comparisons: (form) => [
    {
      title: "Deploy: a restart under connected clients",
      load:
        `${form.clients} clients of @fanfare/client, ten events a second; the daemon gets SIGTERM, tells each client when to come back ` +
        `within ${form.window / 1000} s, ends, and is started again at once`,
      trials: [{ contender: "Fanfare", measure: (keep) => measure(form, keep) }],
      claims: [],
    },
  ],
};

async function measure({ clients, window }: Form, keep: (series: Series) => void): Promise<Sample> {
  await using daemon = await startDaemon({ build: COMPILED, config: { shutdown: { spreadMs: window } } });
  const form = { clients, eventEveryMs: EVENT_EVERY_MS, windowMs: window, patienceMs: PATIENCE_MS };
  const { returns, faults, opened, ...result } = await runDeploy(daemon, form);
  keep({
    "announced window, ms": [window],
    "listened again after, ms": [result.downMs],
    "connected again after, ms": opened,
  });
  return {
    "delivered, %": result.share * 100,
    missing: faults.missing,
    "delivered twice": faults.repeated,
    "out of order": faults.disordered,
    "gaps told": faults.gaps,
    events: result.events,
    "listened again after, ms": result.downMs,
    "came back": returns.length,
    "fullest 100 ms, % of the reconnects": densest(opened, 100) * 100,
    "fullest second, % of the reconnects": densest(opened, 1_000) * 100,
    "back within the window, %": (opened.filter((ms) => ms <= window).length / opened.length) * 100,
    "last one back after, ms": percentile(opened, 1),
    "replay after the reconnect, p95 ms": percentile(replays(returns), 0.95),
  };
}
