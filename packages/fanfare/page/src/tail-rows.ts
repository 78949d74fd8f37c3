import { find } from "./element.ts";

/** More than anybody reads, and little for a browser. */
export const MAX_ROWS = 500;

/**
 * The newest rows, newest first, painted at most once a frame: however many events come in between, only the rows that
 * stay are made.
 */
export class TailRows {
  readonly #list: HTMLOListElement = find("#tail-rows", HTMLOListElement);
  readonly #empty: HTMLElement = find("#tail-empty", HTMLElement);
  readonly #painted: () => void;
  #waiting: (() => HTMLLIElement)[] = [];
  #asked = false;

  /** `painted` is called after each change of the list. */
  constructor(painted: () => void) {
    this.#painted = painted;
  }

  get size(): number {
    return this.#list.childElementCount;
  }

  add(row: () => HTMLLIElement): void {
    this.#waiting.push(row);
    // A page in the background gets no frames.
    if (this.#waiting.length > 2 * MAX_ROWS) this.#waiting = this.#waiting.slice(-MAX_ROWS);
    if (this.#asked) return;
    this.#asked = true;
    requestAnimationFrame(() => this.#paint());
  }

  clear(): void {
    this.#waiting = [];
    this.#list.replaceChildren();
    this.#empty.hidden = false;
    this.#painted();
  }

  #paint(): void {
    this.#asked = false;
    const rows = this.#waiting.slice(-MAX_ROWS).map((row) => row());
    this.#waiting = [];
    if (rows.length === 0) return;
    this.#list.prepend(...rows.toReversed());
    while (this.#list.childElementCount > MAX_ROWS) this.#list.lastElementChild?.remove();
    this.#empty.hidden = true;
    this.#painted();
  }
}
