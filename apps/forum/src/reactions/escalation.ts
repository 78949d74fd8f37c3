import type { AppContext, TimedReaction } from "fanfare/app";
import { sql } from "kysely";
import { escalate } from "../domain/leading.ts";
import { PRIORITIES, rank, type Priority } from "../domain/priority.ts";
import { commit } from "../service/commit.ts";
import type { ForumSettings } from "../service/options.ts";
import type { ForumTransaction } from "../store/database.ts";
import type { ForumTables } from "../store/tables.ts";
import type { StoredThread } from "../store/threads.ts";
import { pageOfWaiting } from "../store/waiting.ts";

/** Threads told of in one run; the others have their turn in the next. */
const MOST = 200;
/** Threads looked at in one run, so that some that cannot be written keep no others from their turn. */
const LOOKED_AT = 2_000;
const PAGE = 100;

/** Tells of threads that have waited for longer than their priority allows. */
export function escalationReaction(settings: ForumSettings): TimedReaction<ForumTables> {
  return {
    everyMs: settings.slaEveryMs,
    async handle(now, tx, context) {
      let told = 0;
      let lookedAt = 0;
      // The most pressing first.
      for (const priority of PRIORITIES.toReversed())
        for await (const stored of waiting(tx, priority, now - settings.slaMs[priority])) {
          if (told === MOST || lookedAt === LOOKED_AT) return;
          lookedAt += 1;
          if (await alone(tx, context, stored, () => tell(tx, stored, now, { settings, context }))) told += 1;
        }
    },
  };
}

async function* waiting(tx: ForumTransaction, priority: Priority, since: number): AsyncGenerator<StoredThread> {
  let after: StoredThread | undefined;
  for (;;) {
    const page = await pageOfWaiting(tx, { priority: rank(priority), since, after, limit: PAGE });
    yield* page;
    after = page.at(-1);
    if (page.length < PAGE) return;
  }
}

async function tell(
  tx: ForumTransaction,
  stored: StoredThread,
  now: number,
  { settings, context }: { readonly settings: ForumSettings; readonly context: AppContext<ForumTables> },
): Promise<void> {
  const { uuid } = context.runtime;
  await commit(tx, stored, escalate(stored.thread, now, settings.slaMs), {}, { now: () => now, uuid });
}

/** A thread that cannot be written takes nothing else with it. */
async function alone(
  tx: ForumTransaction,
  { logger }: AppContext<ForumTables>,
  { thread }: StoredThread,
  work: () => Promise<void>,
): Promise<boolean> {
  await sql`SAVEPOINT forum_escalation`.execute(tx);
  try {
    await work();
    return true;
  } catch (error) {
    await sql`ROLLBACK TO forum_escalation`.execute(tx);
    logger.error({ thread: thread.id, err: error }, "a thread that has waited too long could not be told of");
    return false;
  } finally {
    await sql`RELEASE forum_escalation`.execute(tx);
  }
}
