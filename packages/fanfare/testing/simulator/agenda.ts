import type { Chance } from "../../src/testing/seeded-chance.ts";

/** What waits for the outside: chance decides what goes on next, and so in which order everything is answered. */
export class Agenda {
  readonly #chance: Chance;
  readonly #waiting: (() => void)[] = [];

  constructor(chance: Chance) {
    this.#chance = chance;
  }

  get size(): number {
    return this.#waiting.length;
  }

  /** Resolves when chance says so. */
  turn(): Promise<void> {
    return new Promise((resolve) => this.add(resolve));
  }

  add(task: () => void): void {
    this.#waiting.push(task);
  }

  /** Lets one of those that wait go on. */
  runOne(): void {
    if (this.#waiting.length === 0) return;
    const [task] = this.#waiting.splice(this.#chance.between(0, this.#waiting.length - 1), 1);
    task?.();
  }
}
