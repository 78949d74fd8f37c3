import { FanfareError } from "@fanfare/protocol";
import type { Transaction } from "kysely";
import type { Call } from "../call.ts";
import { own, type OwnTables } from "./schema.ts";

/** How long the answer to an Idempotency-Key is kept. */
export const KEEP_MS = 86_400_000;
/** Old answers that a new one takes away. */
const SWEEP = 10;

/** Runs the work, or answers what it answered under the same key. Throws `key_reused`. */
export async function once<Tables, Result>(
  transaction: Transaction<Tables>,
  { idempotency }: Pick<Call, "idempotency">,
  work: () => Promise<Result>,
  now: number,
): Promise<Result> {
  if (idempotency === undefined) return work();
  const { key, holder, fingerprint } = idempotency;
  const tx = own(transaction);
  const known = await tx
    .selectFrom("fanfare_answers")
    .select(["fingerprint", "answer"])
    .where("holder", "=", holder)
    .where("key", "=", key)
    .where("at", ">", now - KEEP_MS)
    .executeTakeFirst();
  if (known !== undefined) {
    if (known.fingerprint === fingerprint) return (JSON.parse(known.answer) as readonly [Result?])[0] as Result;
    throw new FanfareError("key_reused", "Idempotency-Key: it came with another request before");
  }
  const answer = await work();
  await sweep(tx, now - KEEP_MS);
  await tx
    .replaceInto("fanfare_answers")
    // An answer may be nothing, which JSON has no word for.
    .values({ holder, key, fingerprint, answer: JSON.stringify(answer === undefined ? [] : [answer]), at: now })
    .execute();
  return answer;
}

async function sweep(tx: Transaction<OwnTables>, before: number): Promise<void> {
  const old = tx.selectFrom("fanfare_answers").select(["holder", "key"]).where("at", "<=", before).orderBy("at");
  for (const { holder, key } of await old.limit(SWEEP).execute())
    await tx.deleteFrom("fanfare_answers").where("holder", "=", holder).where("key", "=", key).execute();
}
