import type { CursorStorage } from "@fanfare/client";
import type { World } from "./world.ts";

/** A failure that a round makes on purpose. */
export class Planned extends Error {}

/** A storage that outlives the application; it may take its time, and now and then it fails. */
export class RandomStorage implements CursorStorage {
  readonly #kept = new Map<string, string>();
  readonly #world: World;
  readonly #slow: boolean;

  constructor(world: World) {
    this.#world = world;
    this.#slow = world.chance.maybe(0.5);
  }

  getItem(key: string): string | undefined | Promise<string | undefined> {
    if (!this.#slow) return this.#kept.get(key);
    return this.#world.later(20).then(() => this.#fail() ?? this.#kept.get(key));
  }

  setItem(key: string, value: string): void | Promise<void> {
    if (this.#slow) return this.#world.later(20).then(() => void (this.#fail() ?? this.#kept.set(key, value)));
    this.#fail();
    this.#kept.set(key, value);
  }

  #fail(): undefined {
    if (!this.#world.troubled || !this.#world.chance.maybe(0.05)) return;
    this.#world.findings.count("storage failures");
    throw new Planned("the storage failed");
  }
}
