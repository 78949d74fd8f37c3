import type { Gap } from "@fanfare/protocol";
import type { AppContext } from "../context.ts";
import type { AppTransaction } from "../database/app-database.ts";
import type { Matter } from "./progress.ts";
import type { EventReaction } from "./reaction.ts";

/** The effect of a gap, then that of the event behind it. */
export async function applyMatter<Tables>(
  { gap, event }: Matter,
  reaction: EventReaction<Tables>,
  tx: AppTransaction<Tables>,
  context: AppContext<Tables>,
): Promise<void> {
  if (gap !== undefined && reaction.gap !== undefined) await reaction.gap(gap, tx, context);
  else if (gap !== undefined) context.logger.warn({ gap }, `a reaction missed events: ${gapWords(gap)}`);
  if (event !== undefined) await reaction.handle(event, tx, context);
}

/** @example gapWords({ reason: "trimmed", from: 3, to: 9 }) // "trimmed, positions 3 to 9" */
function gapWords({
  reason,
  from = 0,
  to,
}: Pick<Gap, "reason"> & { readonly from?: number; readonly to: number }): string {
  return `${reason}, positions ${from} to ${to}`;
}
