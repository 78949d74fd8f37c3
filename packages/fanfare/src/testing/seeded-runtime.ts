import { createHash } from "node:crypto";
import type { Runtime, Timer } from "../core/ports/runtime.ts";
import { Chance } from "./seeded-chance.ts";

/** A runtime whose clock moves only when it is told, and whose chance and ids come out the same for the same seed. */
export interface SeededRuntime extends Runtime {
  /** Tasks of `soon` that wait. */
  readonly waiting: number;
  /** Milliseconds since 1970 of the next timer; `undefined` when none is set. */
  readonly nextTimer: number | undefined;
  /** Runs the oldest task of `soon`. */
  runSoon(): void;
  /** Moves the clock to the next timer and runs it. */
  runTimer(): void;
  /** Moves the clock, which must not pass a timer by. */
  sleep(ms: number): void;
  /** Runs promises and tasks of `soon` until nothing is left to do but to wait. */
  settle(): Promise<void>;
  /** Moves the clock on, timer by timer, settling in between. */
  advance(ms: number): Promise<void>;
}

/**
 * A clock, timers and chance for tests: nothing happens by itself, and everything happens again.
 *
 * @example
 * const runtime = seededRuntime(1);
 * const first: string = runtime.uuid();
 * seededRuntime(1).uuid() === first; // true
 */
export function seededRuntime(seed: number): SeededRuntime {
  return new VirtualRuntime(new Chance(seed));
}

/** Lets every promise that can go on go on, as between two tasks of an event loop. */
export function drainPromises(): Promise<void> {
  return new Promise((resolve) => void setImmediate(resolve));
}

const BEGINNING = Date.UTC(2026, 0, 31, 12);

class VirtualRuntime implements SeededRuntime {
  readonly #chance: Chance;
  readonly #soon: (() => void)[] = [];
  readonly #timers = new Set<{ readonly at: number; readonly task: () => void }>();
  #now = BEGINNING;

  constructor(chance: Chance) {
    this.#chance = chance;
  }

  get waiting(): number {
    return this.#soon.length;
  }

  get nextTimer(): number | undefined {
    return this.#first()?.at;
  }

  now(): number {
    return this.#now;
  }

  soon(task: () => void): void {
    this.#soon.push(task);
  }

  later(ms: number, task: () => void): Timer {
    const timer = { at: this.#now + Math.max(0, ms), task };
    this.#timers.add(timer);
    return { cancel: () => void this.#timers.delete(timer) };
  }

  uuid(): string {
    const time = this.#now.toString(16).padStart(12, "0");
    const digits = Array.from({ length: 18 }, () => this.#chance.between(0, 15).toString(16)).join("");
    return `${time.slice(0, 8)}-${time.slice(8)}-7${digits.slice(0, 3)}-a${digits.slice(3, 6)}-${digits.slice(6)}`;
  }

  random(): number {
    return this.#chance.next();
  }

  hash(text: string): string {
    return createHash("sha256").update(text).digest("hex").slice(0, 32);
  }

  runSoon(): void {
    this.#soon.shift()?.();
  }

  runTimer(): void {
    const timer = this.#first();
    if (timer === undefined) return;
    this.#timers.delete(timer);
    this.#now = Math.max(this.#now, timer.at);
    timer.task();
  }

  sleep(ms: number): void {
    const next = this.nextTimer;
    this.#now += next === undefined ? ms : Math.max(0, Math.min(ms, next - this.#now));
  }

  async settle(): Promise<void> {
    await drainPromises();
    while (this.#soon.length > 0) {
      this.runSoon();
      await drainPromises();
    }
  }

  async advance(ms: number): Promise<void> {
    const until = this.#now + ms;
    await this.settle();
    for (let next = this.nextTimer; next !== undefined && next <= until; next = this.nextTimer) {
      this.runTimer();
      await this.settle();
    }
    this.#now = until;
  }

  /** The timer that is due first; of equal ones the one that was set first. */
  #first(): { readonly at: number; readonly task: () => void } | undefined {
    let first: { readonly at: number; readonly task: () => void } | undefined;
    for (const timer of this.#timers) if (first === undefined || timer.at < first.at) first = timer;
    return first;
  }
}
