import type { SQLInputValue } from "node:sqlite";

/** A statement on its way to the thread of a connection; `close` ends the connection. */
export type Ask =
  | { readonly seq: number; readonly kind: "run"; readonly sql: string; readonly values: readonly SQLInputValue[] }
  | { readonly seq: number; readonly kind: "close" };

/** What came of it. */
export type Answer = { readonly seq: number } & (
  | { readonly ok: true; readonly result: StatementResult }
  | { readonly ok: false; readonly fault: StatementFault }
);

export interface StatementResult {
  readonly rows: readonly unknown[];
  /** Absent for what only reads. */
  readonly changed?: { readonly rows: number | bigint; readonly lastId: number | bigint };
}

/** An error of SQLite in a form that crosses threads. */
export interface StatementFault {
  readonly message: string;
  /** SQLite's extended result code; absent for what is no error of SQLite's. */
  readonly errcode?: number;
}

export interface ConnectionOptions {
  readonly path: string;
  /** The connection changes nothing. */
  readonly readOnly: boolean;
  /** What a commit survives: `full` power loss, `normal` a killed process. */
  readonly sync: "full" | "normal";
  /** Milliseconds that a statement waits for another process's lock. */
  readonly busyTimeoutMs: number;
}
