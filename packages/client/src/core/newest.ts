/** Writes values one at a time; of those that come meanwhile only the newest is written. A failed one is reported and left. */
export class Newest<Value> {
  readonly #write: (value: Value) => void | Promise<unknown>;
  readonly #onError: (error: unknown) => void;
  #next: { readonly value: Value } | undefined;
  #writing = false;

  constructor(write: (value: Value) => void | Promise<unknown>, onError: (error: unknown) => void) {
    this.#write = write;
    this.#onError = onError;
  }

  push(value: Value): void {
    this.#next = { value };
    if (!this.#writing) void this.#run();
  }

  async #run(): Promise<void> {
    this.#writing = true;
    for (let next = this.#next; next !== undefined; next = this.#next) {
      this.#next = undefined;
      try {
        const written = this.#write(next.value);
        // What is written at once has its effect even when the page goes in this very moment.
        if (written !== undefined) await written;
      } catch (error) {
        this.#onError(error);
      }
    }
    this.#writing = false;
  }
}
