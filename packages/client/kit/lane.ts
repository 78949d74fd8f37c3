import type { Runtime, Timer } from "@fanfare/client";
import type { Fate } from "./trouble.ts";

/** How long an overtaken frame waits for one that overtakes it. */
const OVERTAKEN_MS = 100;

interface Waiting {
  /** Milliseconds since 1970. */
  readonly due: number;
  readonly pass: () => void;
}

/** One direction of a link: what is on its way passes in order, when it is due and while nothing blocks the way. */
export class Lane {
  readonly #runtime: Runtime;
  readonly #waiting: Waiting[] = [];
  readonly #overtaken: (() => void)[] = [];
  #timer: Timer | undefined;
  #grace: Timer | undefined;
  #blocked: boolean;
  #closed = false;

  constructor(runtime: Runtime, blocked: boolean) {
    this.#runtime = runtime;
    this.#blocked = blocked;
  }

  /** Sends something on its way. */
  push(pass: () => void, { delayMs = 0, overtaken = false }: Fate = {}): void {
    if (this.#closed) return;
    if (overtaken) {
      this.#overtaken.push(pass);
      this.#grace ??= this.#runtime.later(OVERTAKEN_MS, () => this.#letThrough());
      return;
    }
    const due = Math.max(this.#runtime.now() + delayMs, this.#waiting.at(-1)?.due ?? 0);
    this.#waiting.push({ due, pass });
    this.#letThrough();
  }

  block(): void {
    this.#blocked = true;
  }

  unblock(): void {
    this.#blocked = false;
    this.#pump();
  }

  /** Whatever is on its way is lost, and so is what comes. */
  close(): void {
    this.#closed = true;
    this.#waiting.length = 0;
    this.#overtaken.length = 0;
    this.#timer?.cancel();
    this.#grace?.cancel();
  }

  #letThrough(): void {
    this.#grace?.cancel();
    this.#grace = undefined;
    const due = this.#waiting.at(-1)?.due ?? this.#runtime.now();
    for (const pass of this.#overtaken.splice(0)) this.#waiting.push({ due, pass });
    this.#pump();
  }

  #pump(): void {
    for (let next = this.#waiting[0]; next !== undefined && !this.#blocked; next = this.#waiting[0]) {
      const left = next.due - this.#runtime.now();
      if (left > 0) return this.#pumpIn(left);
      this.#waiting.shift();
      next.pass();
    }
  }

  #pumpIn(ms: number): void {
    this.#timer?.cancel();
    this.#timer = this.#runtime.later(ms, () => this.#pump());
  }
}
