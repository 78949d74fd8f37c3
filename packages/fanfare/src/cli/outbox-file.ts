import { setTimeout as pause } from "node:timers/promises";
import { isFanfareError } from "@fanfare/protocol";
import { OutboxBusyError, type OutboxDesk } from "../outbox/store.ts";
import { CliError, EXIT } from "./exit.ts";

/** How long a command waits for an application that holds the database's lock. */
const PATIENCE_MS = 5_000;

/** Works on an application's outbox, which must be there; nothing is made where there is none. */
export async function withOutbox<Result>(db: string, work: (desk: OutboxDesk) => Promise<Result>): Promise<Result> {
  await using store = await patiently(() => (/^postgres(ql)?:/.test(db) ? openServer(db) : openFile(db)));
  const { desk } = store;
  return await work({
    figures: (ask) => patiently(() => desk.figures(ask)),
    list: (ask) => patiently(() => desk.list(ask)),
    amend: (numbers, decide) => patiently(() => desk.amend(numbers, decide)),
  });
}

interface Opened extends AsyncDisposable {
  readonly desk: OutboxDesk;
}

async function openFile(path: string): Promise<Opened> {
  // Loaded here, as most commands need no database.
  const { sqliteOutboxStore } = await import("../outbox/sqlite/store.ts");
  const desk = sqliteOutboxStore(path, { create: false });
  return { desk, [Symbol.asyncDispose]: () => desk.close() };
}

async function openServer(url: string): Promise<Opened> {
  const { default: pg } = await import("pg").catch((cause: unknown) => {
    throw new CliError(EXIT.failed, "the package pg is needed for PostgreSQL: install it beside fanfare", { cause });
  });
  const { postgresOutboxStore } = await import("../outbox/postgres/store.ts");
  const pool = new pg.Pool({ connectionString: url, max: 1, connectionTimeoutMillis: PATIENCE_MS });
  try {
    const desk = await postgresOutboxStore(pool, { create: false });
    return { desk, [Symbol.asyncDispose]: () => pool.end() };
  } catch (error) {
    await pool.end();
    if (isFanfareError(error)) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new CliError(EXIT.unreached, `outbox: the database is not reached: ${reason}`, { cause: error });
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
