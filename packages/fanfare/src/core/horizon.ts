import { toPosition, type Position } from "@fanfare/protocol";

/** Lets callers wait until subscribers are being told of a position. */
export class Horizon {
  #waiting: { readonly position: Position; readonly resolve: () => void }[] = [];
  head: Position;

  constructor(head: Position) {
    this.head = head;
  }

  advance(head: Position): void {
    this.head = head;
    if (this.#waiting.length === 0) return;
    const reached = this.#waiting.filter(({ position }) => position <= head);
    this.#waiting = this.#waiting.filter(({ position }) => position > head);
    for (const { resolve } of reached) resolve();
  }

  /** Nothing more is coming: whoever waits goes on. */
  close(): void {
    this.advance(toPosition(Number.MAX_SAFE_INTEGER));
  }

  async reached(position: Position): Promise<void> {
    if (position <= this.head) return;
    await new Promise<void>((resolve) => void this.#waiting.push({ position, resolve }));
  }
}
