import { isFanfareError } from "@fanfare/protocol";
import { z } from "zod";
import { health, readiness, type Health, type Readiness, type State, type Trouble } from "../../contract/health.ts";
import { requireAdmin } from "../../core/authority.ts";
import type { HubHealth } from "../../core/hub.ts";
import type { Probe, ProbeResult } from "../probe.ts";
import { defineRoute, json, type Route, type Services } from "../route.ts";

export function healthRoutes(): readonly Route[] {
  return [healthRoute(), liveRoute(), readyRoute()];
}

function healthRoute(): Route {
  return defineRoute({
    method: "GET",
    path: "/api/v1/health",
    operation: "health",
    summary: "How the daemon is, with figures",
    description: "Needs a grant of admin once authentication is on.",
    access: "guarded",
    answers: {
      200: { description: "It can do its work.", schema: health },
      503: { description: "It cannot, and `troubles` says why.", schema: health },
    },
    problems: ["forbidden", "unavailable"],
    async handle({ services, identity }) {
      requireAdmin(identity);
      const hub = await services.hub.health();
      const parts = await askAll(services);
      const figures = parts.map(({ name, result }) => [name, result.figures ?? {}] as const);
      const document: Health = { ...toReadiness(hub, parts), ...hub, parts: Object.fromEntries(figures) };
      return json(document, statusOf(document));
    },
  });
}

function liveRoute(): Route {
  return defineRoute({
    method: "GET",
    path: "/api/v1/health/live",
    operation: "live",
    summary: "Whether the process turns",
    access: "open",
    answers: { 200: { description: "It does.", schema: z.strictObject({ state: z.literal("ok") }) } },
    handle: () => json({ state: "ok" }),
  });
}

function readyRoute(): Route {
  return defineRoute({
    method: "GET",
    path: "/api/v1/health/ready",
    operation: "ready",
    summary: "Whether the daemon can do its work now",
    access: "open",
    answers: {
      200: { description: "It can.", schema: readiness },
      503: { description: "It cannot, and `troubles` says why.", schema: readiness },
    },
    async handle({ services }) {
      const document = await ready(services);
      return json(document, statusOf(document));
    },
  });
}

async function ready(services: Services): Promise<Readiness> {
  try {
    return toReadiness(await services.hub.health(), await askAll(services));
  } catch (error) {
    if (!isFanfareError(error)) services.report(error);
    return { state: "failing", troubles: [{ part: "log", state: "failing", reason: "the log cannot be asked" }] };
  }
}

/** Only of the worst kind is 503: it makes a supervisor restart or reroute, which must be of some use. */
function statusOf({ state }: Readiness): number {
  return state === "failing" ? 503 : 200;
}

interface Part {
  readonly name: string;
  readonly result: ProbeResult;
}

function askAll({ probes = [], report }: Services): Promise<readonly Part[]> {
  return Promise.all(probes.map(async (probe) => ({ name: probe.name, result: await ask(probe, report) })));
}

async function ask(probe: Probe, report: Services["report"]): Promise<ProbeResult> {
  try {
    return await probe.check();
  } catch (error) {
    report(error);
    return { state: "failing", reason: "it does not answer" };
  }
}

function toReadiness({ draining, log }: HubHealth, parts: readonly Part[]): Readiness {
  const troubles: Trouble[] = [];
  if (draining) troubles.push({ part: "hub", state: "failing", reason: "the daemon is stopping" });
  if (!log.writable) troubles.push({ part: "log", state: "failing", reason: "the log takes no events" });
  for (const { name, result } of parts)
    if (result.state !== "ok")
      troubles.push({ part: name, state: result.state, reason: result.reason ?? "no reason given" });
  return { state: worst(troubles), troubles };
}

function worst(troubles: readonly Trouble[]): State {
  if (troubles.length === 0) return "ok";
  return troubles.some(({ state }) => state === "failing") ? "failing" : "degraded";
}
