import type { Pattern, Position } from "@fanfare/protocol";
import { toEntry, type Entry } from "./entry.ts";
import type { Log } from "./ports/log.ts";

/** Consecutive events of some topics, already encoded: every one of `(after, through]` that is stored. */
export interface Span {
  readonly entries: readonly Entry[];
  readonly through: Position;
  /** Highest position that retention removed from these topics. */
  readonly trimmed: Position;
}

export interface ReplayOptions {
  /** Log reads at the same time. */
  readonly reads: number;
  /** Rows that one read looks at. */
  readonly rows: number;
  /** Bytes after which one read ends. */
  readonly pageBytes: number;
  /** Bytes of pages kept for others who read the same. */
  readonly cacheBytes: number;
}

/**
 * Reads the log for subscribers that fell behind the tail: paged, bounded in number at once, and shared, so that a
 * thousand readers of one stretch cost one read and one encoding.
 */
export class Replay {
  readonly #log: Log;
  readonly #options: ReplayOptions;
  readonly #pages = new Map<string, Promise<Span>>();
  readonly #sizes = new Map<string, number>();
  #cached = 0;
  #reading = 0;
  readonly #waiting: (() => void)[] = [];
  /** Log reads so far. */
  reads = 0;

  constructor(log: Log, options: ReplayOptions) {
    this.#log = log;
    this.#options = options;
  }

  /** A page of events after the position; what it answers stays true, since a log's past never changes. */
  page(topics: readonly Pattern[], after: Position): Promise<Span> {
    const key = `${after} ${topics.join(" ")}`;
    const known = this.#pages.get(key);
    if (known !== undefined) return known;
    const page = this.#read(topics, after);
    this.#pages.set(key, page);
    page.then(
      (span) => this.#keep(key, span),
      () => this.#pages.delete(key),
    );
    return page;
  }

  async #read(topics: readonly Pattern[], after: Position): Promise<Span> {
    await this.#turn();
    try {
      this.reads += 1;
      const { rows, pageBytes } = this.#options;
      const page = await this.#log.read({ topics, after, limit: rows, scan: rows, bytes: pageBytes });
      return { entries: page.events.map(toEntry), through: page.through, trimmed: page.trimmed };
    } finally {
      this.#reading -= 1;
      this.#waiting.shift()?.();
    }
  }

  async #turn(): Promise<void> {
    while (this.#reading >= this.#options.reads) await new Promise<void>((resolve) => void this.#waiting.push(resolve));
    this.#reading += 1;
  }

  #keep(key: string, span: Span): void {
    const size = span.entries.reduce((sum, entry) => sum + entry.bytes, 256);
    this.#sizes.set(key, size);
    this.#cached += size;
    for (const [oldest, bytes] of this.#sizes) {
      if (this.#cached <= this.#options.cacheBytes) return;
      this.#sizes.delete(oldest);
      this.#pages.delete(oldest);
      this.#cached -= bytes;
    }
  }
}
