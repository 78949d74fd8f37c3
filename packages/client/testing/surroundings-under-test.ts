import type { Occurrence, Surroundings } from "@fanfare/client";

/** Surroundings in which happens what a test says. */
export class SurroundingsUnderTest implements Surroundings {
  online = true;
  readonly #listeners = new Set<(occurrence: Occurrence) => void>();

  watch(listener: (occurrence: Occurrence) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  happen(occurrence: Occurrence): void {
    if (occurrence === "online" || occurrence === "offline") this.online = occurrence === "online";
    for (const listener of [...this.#listeners]) listener(occurrence);
  }
}
