import { DatabaseSync, type StatementSync } from "node:sqlite";
import { parentPort, workerData } from "node:worker_threads";
import type { Answer, Ask, ConnectionOptions, StatementFault, StatementResult } from "./statement.ts";

// The start of a worker thread: one connection, whose statements may take as long as disk and locks want.

/** Statements that are kept prepared, the last used ones. */
const PREPARED = 200;

class Connection {
  readonly #db: DatabaseSync;
  readonly #prepared: Map<string, StatementSync> = new Map();

  constructor({ path, readOnly, sync, busyTimeoutMs }: ConnectionOptions) {
    this.#db = new DatabaseSync(path, { timeout: busyTimeoutMs });
    this.#db.exec("PRAGMA journal_mode = WAL; PRAGMA foreign_keys = ON; PRAGMA cache_size = -16000");
    this.#db.exec(`PRAGMA synchronous = ${sync}`);
    if (readOnly) this.#db.exec("PRAGMA query_only = ON");
  }

  take(ask: Ask): Answer {
    try {
      return { seq: ask.seq, ok: true, result: ask.kind === "close" ? this.#close() : this.#run(ask) };
    } catch (error) {
      return { seq: ask.seq, ok: false, fault: toFault(error) };
    }
  }

  #run({ sql, values }: Extract<Ask, { kind: "run" }>): StatementResult {
    const statement = this.#prepare(sql);
    if (statement.columns().length > 0) return { rows: statement.all(...values) };
    const { changes, lastInsertRowid } = statement.run(...values);
    return { rows: [], changed: { rows: changes, lastId: lastInsertRowid } };
  }

  #prepare(sql: string): StatementSync {
    const known = this.#prepared.get(sql);
    const statement = known ?? this.#db.prepare(sql);
    // Last used is last in the order of the map.
    this.#prepared.delete(sql);
    this.#prepared.set(sql, statement);
    const [oldest] = this.#prepared.keys();
    if (this.#prepared.size > PREPARED && oldest !== undefined) this.#prepared.delete(oldest);
    return statement;
  }

  #close(): StatementResult {
    this.#prepared.clear();
    this.#db.close();
    return { rows: [] };
  }
}

function toFault(error: unknown): StatementFault {
  const message = error instanceof Error ? error.message : String(error);
  const known = error instanceof Error && "errcode" in error && typeof error.errcode === "number";
  return known ? { message, errcode: error.errcode as number } : { message };
}

function serve(): void {
  if (parentPort === null) throw new TypeError("this file is the start of a worker thread");
  const port = parentPort;
  let connection: Connection | undefined;
  port.on("message", (ask: Ask) => {
    try {
      // Opened by the first question, so that its failure is an answer.
      connection ??= new Connection(workerData as ConnectionOptions);
    } catch (error) {
      port.postMessage({ seq: ask.seq, ok: false, fault: toFault(error) } satisfies Answer);
      return;
    }
    port.postMessage(connection.take(ask));
  });
}

serve();
