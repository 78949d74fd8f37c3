import { FanfareError, isFanfareError, type ProblemCode } from "@fanfare/protocol";

/** A `FanfareError` in a form that crosses threads. */
export interface Failure {
  readonly code: ProblemCode;
  readonly message: string;
}

const BUSY = 5;
const READ_ONLY = 8;
const IO = 10;
const CORRUPT = 11;
const FULL = 13;
const CANNOT_OPEN = 14;
const NOT_A_DATABASE = 26;

const REASONS: ReadonlyMap<number, string> = new Map([
  [BUSY, "another process held the lock for too long"],
  [READ_ONLY, "it cannot be written"],
  [IO, "the disk failed"],
  [CORRUPT, "it is damaged"],
  [FULL, "the disk is full"],
  [CANNOT_OPEN, "it cannot be opened or created"],
  [NOT_A_DATABASE, "it is not a SQLite database"],
]);

/** SQLite's primary result code of an error, if it is one of SQLite's. */
export function sqliteCode(error: unknown): number | undefined {
  if (!(error instanceof Error) || !("errcode" in error) || typeof error.errcode !== "number") return undefined;
  return error.errcode & 0xff;
}

export function isBusy(error: unknown): boolean {
  return sqliteCode(error) === BUSY;
}

/** True when the file's content is the trouble, so that no waiting and no room would help. */
export function isDamaged(error: unknown): boolean {
  const code = sqliteCode(error);
  return code === CORRUPT || code === NOT_A_DATABASE;
}

/** One clear error for whatever went wrong with the file; one that is clear already stays. */
export function unavailable(path: string, error: unknown): FanfareError {
  if (isFanfareError(error)) return error;
  const code = sqliteCode(error);
  const known = code === undefined ? undefined : REASONS.get(code);
  const said = error instanceof Error ? error.message : String(error);
  const reason = known === undefined ? said : `${known} (${said})`;
  return new FanfareError("unavailable", `log: ${path}: ${reason}`, { cause: error });
}

export function toFailure(path: string, error: unknown): Failure {
  const { code, message } = unavailable(path, error);
  return { code, message };
}

export function fromFailure({ code, message }: Failure): FanfareError {
  return new FanfareError(code, message);
}
