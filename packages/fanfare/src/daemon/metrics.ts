import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from "prom-client";
import type { AppFigures } from "../apps/context.ts";
import type { HubHealth, HubTotals } from "../core/hub.ts";
import { createAppMetrics } from "./app-metrics.ts";
import type { LogTimes } from "./measured-log.ts";

/** A daemon's figures for Prometheus. */
export interface Metrics extends LogTimes {
  /** One answered request; a stream's is answered when it begins. */
  requested(method: string, status: number, seconds: number): void;
  readonly contentType: string;
  /** The exposition text of this daemon and of its process, as of this health. */
  text(health: HubHealth, apps?: ReadonlyMap<string, AppFigures>): Promise<string>;
}

const COUNTERS: Readonly<Record<keyof HubTotals, readonly [name: string, help: string]>> = {
  published: ["published_events_total", "Events committed by this process"],
  duplicates: ["duplicate_events_total", "Events that were published again with a known id"],
  delivered: ["delivered_events_total", "Events sent to subscribers"],
  dropped: ["dropped_events_total", "Events that a delivery policy dropped, as told in gaps"],
  signals: ["signals_total", "Signals sent to subscribers"],
  gaps: ["gaps_total", "Gaps told to subscribers"],
  replays: ["replay_pages_total", "Pages read from the log for subscribers that were behind"],
};

const GAUGES: readonly (readonly [name: string, help: string, of: (health: HubHealth) => number])[] = [
  ["connections", "Open connections", ({ connections }) => connections],
  ["subscriptions", "Open subscriptions", ({ subscriptions }) => subscriptions],
  ["stalled_connections", "Connections that take nothing now", ({ stalled }) => stalled],
  ["head_position", "Last position that subscribers were told", ({ head }) => head],
  ["log_first_position", "Position of the oldest stored event", ({ log }) => log.first],
  ["log_last_position", "Position of the newest committed event", ({ log }) => log.last],
  ["log_writable", "1 when the log takes events", ({ log }) => Number(log.writable)],
  ["draining", "1 when the daemon is stopping", ({ draining }) => Number(draining)],
];

/** Seconds: from a commit that needs no disk to a disk that is in trouble. */
const BUCKETS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];

/** Figures in a registry of their own, so that several daemons of one process stay apart. */
export function createMetrics(): Metrics {
  const registry = new Registry();
  const registers = [registry];
  const counters = Object.entries(COUNTERS).map(([total, [name, help]]) => ({
    total: total as keyof HubTotals,
    counter: new Counter({ name: `fanfare_${name}`, help, registers }),
  }));
  const gauges = GAUGES.map(([name, help, of]) => ({
    of,
    gauge: new Gauge({ name: `fanfare_${name}`, help, registers }),
  }));
  const appMetrics = createAppMetrics(registers);
  const timing = (name: string, help: string): Histogram =>
    new Histogram({ name: `fanfare_${name}`, help, buckets: BUCKETS, registers });
  const append = timing("log_append_seconds", "Time until a batch was durable");
  const read = timing("log_read_seconds", "Time to read a page of the log");
  const requests = new Histogram({
    name: "fanfare_http_request_seconds",
    help: "Time until a request was answered; a long-poll's waiting counts",
    labelNames: ["method", "status"],
    buckets: BUCKETS,
    registers,
  });
  return {
    requested: (method, status, seconds) => requests.observe({ method, status }, seconds),
    contentType: registry.contentType,
    appended: (seconds) => append.observe(seconds),
    read: (seconds) => read.observe(seconds),
    async text(health, apps = new Map<string, AppFigures>()) {
      for (const { total, counter } of counters) {
        counter.reset();
        counter.inc(health.totals[total]);
      }
      for (const { of, gauge } of gauges) gauge.set(of(health));
      appMetrics.set(apps);
      return (await registry.metrics()) + (await processRegistry().metrics());
    },
  };
}

let ofProcess: Registry | undefined;

/** CPU, memory, garbage collection and event-loop lag belong to the process: observed once, however many daemons it runs. */
function processRegistry(): Registry {
  if (ofProcess === undefined) {
    ofProcess = new Registry();
    collectDefaultMetrics({ register: ofProcess });
  }
  return ofProcess;
}
