import { isForgotten } from "./outcome.ts";
import type { OutboxEntry } from "./row.ts";

/** What a person has done with a row. */
export type Amendment =
  | { readonly kind: "keep" }
  | { readonly kind: "discard" }
  | { readonly kind: "retry"; readonly id: string };

/** What came of asking for it. */
export type Verdict =
  | { readonly number: number; readonly kind: "retried"; readonly id: string }
  | { readonly number: number; readonly kind: "discarded" }
  | { readonly number: number; readonly kind: "refused"; readonly reason: string };

export interface RetryRules {
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly idMemoryMs: number;
  /** A new id for a row: the event counts as another one then. */
  readonly newId: (() => string) | undefined;
}

/** A retry begins anew: no refusals, due at once, under its own id unless somebody decided for a new one. */
export function judgeRetry(entry: OutboxEntry, { now, idMemoryMs, newId }: RetryRules): Verdict {
  const { number, id, unsureSince } = entry;
  const standing = refuseUnlessSetAside(entry);
  if (standing !== undefined) return standing;
  if (newId !== undefined) return { number, kind: "retried", id: newId() };
  if (!isForgotten(unsureSince, now, idMemoryMs)) return { number, kind: "retried", id };
  return { number, kind: "refused", reason: "the log may have forgotten its id: retry it with a new id" };
}

export function judgeDiscard(entry: OutboxEntry): Verdict {
  return refuseUnlessSetAside(entry) ?? { number: entry.number, kind: "discarded" };
}

export function toAmendment(verdict: Verdict): Amendment {
  switch (verdict.kind) {
    case "retried": {
      return { kind: "retry", id: verdict.id };
    }
    case "discarded": {
      return { kind: "discard" };
    }
    case "refused": {
      return { kind: "keep" };
    }
  }
}

/** Only what waits in vain is a person's to decide; the rest is the relay's. */
function refuseUnlessSetAside({ number, state }: OutboxEntry): Verdict | undefined {
  return state === "dead" || state === "failed"
    ? undefined
    : { number, kind: "refused", reason: `it is ${state}, not dead or failed` };
}
