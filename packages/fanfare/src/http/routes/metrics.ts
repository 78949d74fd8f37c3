import { FanfareError } from "@fanfare/protocol";
import { z } from "zod";
import { requireAdmin } from "../../core/authority.ts";
import { defineRoute, type Route } from "../route.ts";

export function metricsRoute(): Route {
  return defineRoute({
    method: "GET",
    path: "/metrics",
    operation: "metrics",
    summary: "Figures for Prometheus",
    description: "Needs a grant of admin once authentication is on.",
    access: "guarded",
    answers: { 200: { description: "Prometheus text.", type: "text/plain", schema: z.string() } },
    problems: ["forbidden", "not_found"],
    async handle({ services: { metrics }, identity }) {
      requireAdmin(identity);
      if (metrics === undefined) throw new FanfareError("not_found", "metrics: are not kept here");
      return { status: 200, text: await metrics.text(), type: metrics.contentType };
    },
  });
}
