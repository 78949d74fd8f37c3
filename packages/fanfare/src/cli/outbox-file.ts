import { setTimeout as pause } from "node:timers/promises";
import { OutboxBusyError, type OutboxDesk } from "../outbox/store.ts";
import { CliError, EXIT } from "./exit.ts";

/** How long a command waits for an application that holds the database's lock. */
const PATIENCE_MS = 5_000;

/** Works on an application's outbox, which must be there; nothing is made where there is none. */
export async function withOutbox<Result>(db: string, work: (desk: OutboxDesk) => Promise<Result>): Promise<Result> {
  // Loaded here, as most commands need no database.
  const { sqliteOutboxStore } = await import("../outbox/sqlite/store.ts");
  const store = await patiently(async () => sqliteOutboxStore(db, { create: false }));
  try {
    return await work({
      figures: (ask) => patiently(() => store.figures(ask)),
      list: (ask) => patiently(() => store.list(ask)),
      amend: (numbers, decide) => patiently(() => store.amend(numbers, decide)),
    });
  } finally {
    await store.close();
  }
}

async function patiently<Result>(attempt: () => Promise<Result>): Promise<Result> {
  for (const late = AbortSignal.timeout(PATIENCE_MS); ; await pause(20)) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof OutboxBusyError)) throw error;
      if (late.aborted) throw new CliError(EXIT.failed, error.message, { cause: error });
    }
  }
}
