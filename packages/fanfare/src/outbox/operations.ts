import type { Runtime } from "../core/ports/runtime.ts";
import { nodeRuntime } from "../hub/node-runtime.ts";
import { judgeDiscard, judgeRetry, toAmendment, type Verdict } from "./amendment.ts";
import { ID_MEMORY_MS } from "./options.ts";
import type { OutboxEntry } from "./row.ts";
import type { OutboxDesk } from "./store.ts";

/** Rows that one transaction changes. */
const PORTION = 500;

export interface RetryOptions {
  /** Gives each row a new id: for a row whose old one the log may have forgotten. Default false. */
  readonly newId?: boolean | undefined;
  /** Milliseconds that the log remembers an id. Default 30 days. */
  readonly idMemoryMs?: number | undefined;
  /** Default: Node's clock and chance. */
  readonly runtime?: Pick<Runtime, "now" | "uuid"> | undefined;
}

/** Which rows: these numbers, or all dead ones. */
export type Chosen = readonly number[] | "dead";

/**
 * Makes dead or failed rows due again at once.
 *
 * @example
 * const store = sqliteOutboxStore("shop.db");
 * const verdicts = await retryRows(store, "dead");
 * console.log(verdicts.filter(({ kind }) => kind === "refused"));
 */
export function retryRows(store: OutboxDesk, chosen: Chosen, options: RetryOptions = {}): Promise<readonly Verdict[]> {
  const { newId = false, idMemoryMs = ID_MEMORY_MS, runtime = nodeRuntime } = options;
  const rules = { now: runtime.now(), idMemoryMs, newId: newId ? () => runtime.uuid() : undefined };
  return judge(store, chosen, (entry) => judgeRetry(entry, rules));
}

/** Deletes dead or failed rows: their events are never published. */
export function discardRows(store: OutboxDesk, chosen: Chosen): Promise<readonly Verdict[]> {
  return judge(store, chosen, judgeDiscard);
}

async function judge(
  store: OutboxDesk,
  chosen: Chosen,
  rule: (entry: OutboxEntry) => Verdict,
): Promise<readonly Verdict[]> {
  const verdicts = new Map<number, Verdict>();
  for await (const numbers of portions(store, chosen)) {
    for (const number of numbers) verdicts.set(number, { number, kind: "refused", reason: "there is no such row" });
    await store.amend(numbers, (entry) => {
      const verdict = rule(entry);
      verdicts.set(entry.number, verdict);
      return toAmendment(verdict);
    });
  }
  return [...verdicts.values()];
}

async function* portions(store: OutboxDesk, chosen: Chosen): AsyncGenerator<readonly number[], void, undefined> {
  if (chosen !== "dead") {
    for (let from = 0; from < chosen.length; from += PORTION) yield chosen.slice(from, from + PORTION);
    return;
  }
  for (let after = 0; ;) {
    const entries = await store.list({ state: "dead", after, limit: PORTION });
    const last = entries.at(-1);
    if (last === undefined) return;
    yield entries.map(({ number }) => number);
    after = last.number;
  }
}
