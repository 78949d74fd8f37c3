import { FanfareError } from "@fanfare/protocol";
import type { ConnectionOptions, StatementFault } from "./statement.ts";

const CONSTRAINT = 19;
const READ_ONLY = 8;

/** Primary result codes that speak of the file, the disk or somebody's lock, not of the statement. */
const SURROUNDINGS: ReadonlyMap<number, string> = new Map([
  [5, "another process held its lock for too long"],
  [READ_ONLY, "it cannot be written"],
  [10, "the disk failed"],
  [11, "it is damaged"],
  [13, "the disk is full"],
  [14, "it cannot be opened or created"],
  [26, "it is not a SQLite database"],
]);

/** A statement that SQLite refused: SQL that is wrong, a constraint that does not hold. */
export class SqlError extends Error {
  override readonly name = "SqlError";
  /** SQLite's extended result code; 0 for what is no error of SQLite's. */
  readonly errcode: number;

  constructor({ message, errcode = 0 }: StatementFault) {
    super(message);
    this.errcode = errcode;
  }
}

/** `unavailable` where the statement is not to blame, else {@link SqlError}. */
export function fromFault(
  { path, readOnly }: Pick<ConnectionOptions, "path" | "readOnly">,
  fault: StatementFault,
): FanfareError | SqlError {
  const code = (fault.errcode ?? 0) & 0xff;
  const reason = SURROUNDINGS.get(code);
  // Whoever writes where only reading is meant has made a mistake, which no waiting cures.
  if (reason === undefined || (readOnly && code === READ_ONLY)) return new SqlError(fault);
  return new FanfareError("unavailable", `app: ${path}: ${reason} (${fault.message})`, { cause: new SqlError(fault) });
}

/** True for a row that a UNIQUE, FOREIGN KEY, CHECK or NOT NULL constraint refuses. */
export function isConstraintError(error: unknown): boolean {
  return error instanceof SqlError && (error.errcode & 0xff) === CONSTRAINT;
}
