import { isFanfareError } from "@fanfare/protocol";
import type { Runtime } from "./ports/runtime.ts";
import type { State } from "./ports/state.ts";

/** An answer serves everybody who asks within this: being asked often must not cost the writer. */
const FRESH_MS = 1_000;

/** Finds out by a real write whether the log's database can be written. */
export class HealthProbe {
  readonly #state: State;
  readonly #runtime: Runtime;
  #at = -FRESH_MS;
  #answer: Promise<string | undefined> | undefined;

  constructor(state: State, runtime: Runtime) {
    this.#state = state;
    this.#runtime = runtime;
  }

  /** What went wrong; `undefined` when nothing did. */
  failure(): Promise<string | undefined> {
    const now = this.#runtime.now();
    if (this.#answer === undefined || now - this.#at >= FRESH_MS) {
      this.#at = now;
      this.#answer = this.#write(now);
    }
    return this.#answer;
  }

  async #write(now: number): Promise<string | undefined> {
    try {
      await this.#state.put("health", String(now));
      return undefined;
    } catch (error) {
      return isFanfareError(error) ? error.message : "the log's database cannot be written";
    }
  }
}
