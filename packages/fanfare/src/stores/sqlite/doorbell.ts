import { closeSync, openSync, watch, writeSync, type FSWatcher } from "node:fs";

const STROKE = new Uint8Array([0x21]);

/**
 * Wakes the other processes of one database: a small file beside it, written after a commit returned and watched by
 * all. The database's own files will not do: they change before the commit can be seen.
 */
export class Doorbell {
  readonly #file: number;
  readonly #watcher: FSWatcher | undefined;
  readonly #hear: () => void;
  #heard = false;
  #closed = false;

  /** Rings that come close together are heard as one, also one's own. */
  constructor(path: string, hear: () => void) {
    this.#hear = hear;
    this.#file = openSync(path, "a+");
    try {
      this.#watcher = watch(path, { persistent: false }, () => this.#ringing());
      this.#watcher.on("error", (error) => process.emitWarning(error));
    } catch (error) {
      // Out of watches: the slow check of the database still finds what others commit.
      process.emitWarning(error instanceof Error ? error : String(error));
    }
  }

  ring(): void {
    writeSync(this.#file, STROKE, 0, 1, 0);
  }

  close(): void {
    this.#closed = true;
    this.#watcher?.close();
    closeSync(this.#file);
  }

  #ringing(): void {
    if (this.#heard) return;
    this.#heard = true;
    setImmediate(() => {
      this.#heard = false;
      if (!this.#closed) this.#hear();
    });
  }
}
