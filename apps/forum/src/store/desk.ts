import type { AttemptId, RequestId } from "../domain/ids.ts";
import type { Entry } from "../domain/entry.ts";
import type { Attempt } from "../domain/signal.ts";
import type { Desk } from "../domain/signalling.ts";
import type { ForumReader, ForumTransaction } from "./database.ts";

/** What a signal names. */
export interface Named {
  readonly attemptId?: string | undefined;
  readonly requestId?: string | undefined;
}

/** What is known of the agent of a control thread; everything empty where there is none yet. */
export async function readDesk(db: ForumReader, thread: number | undefined, named: Named): Promise<Desk> {
  if (thread === undefined) return { pending: [], requestKnown: false };
  const attempts = db.selectFrom("forum_attempts").select(["attempt", "number"]).where("thread", "=", thread);
  const current = await attempts.orderBy("number", "desc").limit(1).executeTakeFirst();
  const attempt = named.attemptId?.trim() ?? "";
  const earlier = attempt === "" ? undefined : await attempts.where("attempt", "=", attempt).executeTakeFirst();
  const request = named.requestId?.trim() ?? "";
  const known = request === "" ? undefined : await findRequest(db, thread, request);
  return {
    current: current === undefined ? undefined : toAttempt(current),
    named: earlier === undefined ? undefined : toAttempt(earlier),
    pending: await readPending(db, thread),
    requestKnown: known !== undefined,
  };
}

/** Requests of a control thread that wait for an answer, the oldest first. */
export async function readPending(db: ForumReader, thread: number): Promise<readonly RequestId[]> {
  const rows = await db
    .selectFrom("forum_requests")
    .select("request")
    .where("thread", "=", thread)
    .where("ended", "is", null)
    .orderBy("asked")
    .execute();
  return rows.map(({ request }) => request as RequestId);
}

/** Writes down what a signal begins and ends; other entries change nothing here. */
export async function keepSignal(tx: ForumTransaction, thread: number, { sequence, change }: Entry): Promise<void> {
  if (change.type !== "forum.control.signal") return;
  const { attempt, signal } = change;
  await tx
    .insertInto("forum_attempts")
    .values({ thread, attempt: attempt.id, number: attempt.number })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  const pending = tx.updateTable("forum_requests").set({ ended: sequence }).where("thread", "=", thread);
  await pending.where("ended", "is", null).where("attempt", "<", attempt.number).execute();
  if (signal.type === "guidance_answer") await pending.where("request", "=", signal.requestId).execute();
  if (signal.type === "guidance_request")
    await tx
      .insertInto("forum_requests")
      .values({ thread, request: signal.requestId, attempt: attempt.number, asked: sequence, ended: null })
      .execute();
}

async function findRequest(db: ForumReader, thread: number, request: string): Promise<unknown> {
  const requests = db.selectFrom("forum_requests").select("request").where("thread", "=", thread);
  return requests.where("request", "=", request).executeTakeFirst();
}

function toAttempt({ attempt, number }: { readonly attempt: string; readonly number: number }): Attempt {
  return { id: attempt as AttemptId, number };
}
