import { Gauge, type Registry } from "prom-client";
import type { AppFigures } from "../apps/context.ts";

/** Figures of apps for Prometheus. */
export interface AppMetrics {
  set(apps: ReadonlyMap<string, AppFigures>): void;
}

const STATES = ["pending", "leased", "failed", "dead", "sent"] as const;

/** Totals are gauges, as they are counted in the apps' databases and outlive the process. */
export function createAppMetrics(registers: Registry[]): AppMetrics {
  const gauge = (name: string, help: string, ...labelNames: string[]): Gauge =>
    new Gauge({ name: `fanfare_${name}`, help, labelNames: ["app", ...labelNames], registers });
  const rows = gauge("outbox_rows", "Rows of an outbox", "state");
  const oldest = gauge("outbox_oldest_seconds", "Age of the oldest row that is not sent");
  const sent = gauge("outbox_sent", "Rows that were ever sent");
  const errors = gauge("outbox_consecutive_errors", "Turns of the relay since the last good one");
  const handled = gauge("reaction_handled", "Events that a reaction has ever handled", "reaction");
  const lag = gauge("reaction_lag", "Positions that a reaction is behind", "reaction");
  const dead = gauge("reaction_dead", "Events that a reaction could not handle", "reaction");
  const all = [rows, oldest, sent, errors, handled, lag, dead];
  return {
    set(apps) {
      for (const one of all) one.reset();
      for (const [app, { outbox, reactions }] of apps) {
        for (const state of STATES) rows.set({ app, state }, outbox[state]);
        oldest.set({ app }, outbox.oldestPendingAgeMs / 1_000);
        sent.set({ app }, outbox.totals.sent);
        errors.set({ app }, outbox.consecutiveErrors);
        for (const [reaction, figures] of Object.entries(reactions)) {
          handled.set({ app, reaction }, figures.handled);
          lag.set({ app, reaction }, figures.lag);
          dead.set({ app, reaction }, figures.dead);
        }
      }
    },
  };
}
