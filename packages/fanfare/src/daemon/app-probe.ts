import type { AppFigures } from "../apps/context.ts";
import type { OpenedApp } from "../apps/opened-app.ts";
import type { Probe, ProbeResult } from "../http/probe.ts";

/**
 * How an app is. What waits for a person, or for something around it, is told and needs no restart; an app whose database
 * does not answer can't do its work.
 */
export function appProbe(name: string, opened: Pick<OpenedApp<unknown>, "figures" | "health">): Probe {
  return {
    name,
    async check() {
      const figures = await opened.figures().catch(() => undefined);
      if (figures === undefined) return { state: "failing", reason: "its database does not answer" };
      const own = await opened.health();
      return worse(own, {
        ...judge(figures),
        figures: { ...figures, ...own.figures },
      });
    },
  };
}

function judge({ outbox, reactions, timers }: AppFigures): ProbeResult {
  const letters = Object.values(reactions).reduce((sum, { dead }) => sum + dead, 0);
  const failing = Object.values(timers).filter(({ failures }) => failures > 0).length;
  const reasons = [
    ...(outbox.consecutiveErrors > 0 ? ["its relay does not get on"] : []),
    ...(outbox.dead > 0 ? [`${outbox.dead} events could not be published`] : []),
    ...(letters > 0 ? [`${letters} events could not be handled`] : []),
    ...(failing > 0 ? [`${failing} timed reactions fail`] : []),
  ];
  return reasons.length === 0 ? { state: "ok" } : { state: "degraded", reason: reasons.join("; ") };
}

const RANK = { ok: 0, degraded: 1, failing: 2 } as const;

/** The worse state with both reasons. */
function worse(own: ProbeResult, common: ProbeResult): ProbeResult {
  const reason = [own.reason, common.reason].filter((part) => part !== undefined).join("; ");
  const state = RANK[own.state] > RANK[common.state] ? own.state : common.state;
  return { ...common, state, ...(reason !== "" && { reason }) };
}
