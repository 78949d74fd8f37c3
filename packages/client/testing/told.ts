import type { FanfareEvent } from "@fanfare/protocol";
import type { Update } from "@fanfare/client";

/** A handler that notes in short what an application is told: positions, reasons of gaps, states. */
export function noteIn(told: unknown[]): (update: Update<FanfareEvent, unknown>) => void {
  return (update) => {
    if (update.kind === "gap") told.push(update.gap.reason);
    else if (update.kind === "events") told.push(...update.events.map(({ position }) => position));
    else told.push(update.state);
  };
}
