import type { Problem } from "@fanfare/protocol";

/** What the command line answers to the shell. */
export const EXIT = { done: 0, failed: 1, usage: 2, unreached: 3, interrupted: 130 } as const;

export type Exit = (typeof EXIT)[keyof typeof EXIT];

/** An end that a person is told about in one line. */
export class CliError extends Error {
  override readonly name = "CliError";
  readonly exit: Exit;
  /** What the server answered, where it did. */
  readonly problem: Problem | undefined;

  constructor(
    exit: Exit,
    message: string,
    options: { readonly problem?: Problem | undefined; readonly cause?: unknown } = {},
  ) {
    super(message, { cause: options.cause });
    this.exit = exit;
    this.problem = options.problem;
  }
}
