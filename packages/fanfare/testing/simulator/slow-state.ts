import type { PutOptions, State, StateEntry } from "../../src/core/ports/state.ts";
import type { Agenda } from "./agenda.ts";

/** State whose answers take their time and overtake one another. */
export class SlowState implements State {
  readonly #inner: State;
  readonly #agenda: Agenda;

  constructor(inner: State, agenda: Agenda) {
    this.#inner = inner;
    this.#agenda = agenda;
  }

  get(key: string): Promise<StateEntry | undefined> {
    return this.#delayed(() => this.#inner.get(key));
  }

  put(key: string, value: string, options?: PutOptions): Promise<number | undefined> {
    return this.#delayed(() => this.#inner.put(key, value, options));
  }

  delete(key: string, options?: Pick<PutOptions, "expect">): Promise<boolean> {
    return this.#delayed(() => this.#inner.delete(key, options));
  }

  list(prefix: string): Promise<readonly StateEntry[]> {
    return this.#delayed(() => this.#inner.list(prefix));
  }

  close(): Promise<void> {
    return this.#inner.close();
  }

  async #delayed<Answer>(ask: () => Promise<Answer>): Promise<Answer> {
    await this.#agenda.turn();
    const answer = await ask();
    await this.#agenda.turn();
    return answer;
  }
}
