import { CliError, EXIT } from "../exit.ts";

/** How long a command has to come to its end once it was interrupted. */
const GRACE_MS = 2_000;

/** The person at the terminal has had enough: the first time asks, the second one ends. */
export class Interrupt {
  readonly #controller = new AbortController();
  readonly #late = Promise.withResolvers<never>();
  #timer: NodeJS.Timeout | undefined;
  readonly #hear = (): void => {
    if (this.#controller.signal.aborted) process.exit(EXIT.interrupted);
    this.#controller.abort();
    this.#timer = setTimeout(() => this.#late.reject(interrupted()), GRACE_MS);
  };

  constructor() {
    process.on("SIGINT", this.#hear).on("SIGTERM", this.#hear);
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** The work, as long as it may take. Throws {@link CliError} once it was interrupted. */
  async race(work: Promise<void>): Promise<void> {
    await Promise.race([work, this.#late.promise]);
    if (this.signal.aborted) throw interrupted();
  }

  [Symbol.dispose](): void {
    process.off("SIGINT", this.#hear).off("SIGTERM", this.#hear);
    clearTimeout(this.#timer);
  }
}

function interrupted(): CliError {
  return new CliError(EXIT.interrupted, "interrupted");
}
