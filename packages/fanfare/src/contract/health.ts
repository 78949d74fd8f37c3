import { z } from "zod";
import type { HubHealth } from "../core/hub.ts";

/** `degraded`: a neighbour is in trouble, and neither a restart nor another node would help. */
export type State = "ok" | "degraded" | "failing";

/** Why a state is not `ok`. */
export interface Trouble {
  /** `log`, `hub` or the probe's name. */
  readonly part: string;
  readonly state: Exclude<State, "ok">;
  readonly reason: string;
}

/** What anybody may know. */
export interface Readiness {
  readonly state: State;
  readonly troubles: readonly Trouble[];
}

/** What an operator may know: the hub's figures, and those of the daemon's other parts by name. */
export interface Health extends HubHealth, Readiness {
  readonly parts: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

const count = z.int().min(0);
const state = z.enum(["ok", "degraded", "failing"]);
const troubles = z.array(
  z.strictObject({ part: z.string(), state: z.enum(["degraded", "failing"]), reason: z.string() }),
);

export const readiness: z.ZodType<Readiness> = z.strictObject({ state, troubles }).meta({ id: "Readiness" });

const log = z.strictObject({
  epoch: z.string(),
  first: count,
  last: count,
  capabilities: z.strictObject({
    name: z.string(),
    idempotency: z.union([z.literal("log"), z.strictObject({ windowMs: z.number() })]),
    sync: z.enum(["full", "normal", "none"]),
    shared: z.boolean(),
  }),
  writable: z.boolean(),
  error: z.string().optional(),
});

export const health: z.ZodType<Health> = z
  .strictObject({
    state,
    troubles,
    log,
    head: count.meta({ description: "Last position that subscribers were told." }),
    connections: count,
    subscriptions: count,
    stalled: count,
    draining: z.boolean(),
    totals: z.strictObject({
      published: count,
      duplicates: count,
      delivered: count,
      dropped: count,
      signals: count,
      gaps: count,
      replays: count,
    }),
    parts: z.record(z.string(), z.record(z.string(), z.unknown())),
  })
  .meta({ id: "Health" }) as unknown as z.ZodType<Health>;
