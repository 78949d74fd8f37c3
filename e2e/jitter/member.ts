import { createClient, eventStream, webSocket, type Client, type Transport } from "@fanfare/client";

/** One return of a client, in milliseconds of the machine's monotonic clock, which all processes share. */
export interface Return {
  /** The connection was lost. */
  readonly lost: number;
  /** The first try to come back. */
  readonly tried: number;
  /** A connection is open again. */
  readonly opened: number;
  /** Everything that was missed is there. */
  readonly live: number;
  /** The transport's name. */
  readonly over: string;
}

/** What a client has got, and how. */
export interface Account {
  /** Of the expected events, those that came. */
  readonly delivered: number;
  /** Events that came again. */
  readonly repeated: number;
  /** Events that came after a later one. */
  readonly disordered: number;
  /** Events that nobody published. */
  readonly strange: number;
  readonly gaps: number;
  readonly returns: readonly Return[];
}

export function monotonicMs(): number {
  return Number(process.hrtime.bigint() / 1000n) / 1000;
}

/** A real client, with everything as it is by default, that writes down what it gets. */
export class Member {
  readonly #client: Client;
  readonly #positions: number[] = [];
  readonly #returns: Return[] = [];
  #gaps = 0;
  #over = "";
  #lost: number | undefined;
  #tried: number | undefined;
  #opened = 0;

  constructor(url: string, topic: string) {
    const transports = [webSocket(), eventStream()].map((transport) => this.#noted(transport));
    this.#client = createClient({ url, transports });
    this.#client.state.watch(({ state }) => this.#changed(state));
    this.#client.subscribe({ topics: [topic], after: "now" }, (update) => {
      if (update.kind === "gap") this.#gaps += 1;
      if (update.kind === "events") for (const { position } of update.events) this.#positions.push(position);
    });
  }

  get live(): boolean {
    return this.#client.state.value.state === "live";
  }

  get last(): number {
    return this.#positions.at(-1) ?? 0;
  }

  account(expected: ReadonlySet<number>): Account {
    const got = new Set(this.#positions);
    const known = [...got].filter((position) => expected.has(position)).length;
    return {
      delivered: known,
      repeated: this.#positions.length - got.size,
      disordered: this.#positions.filter((position, index) => position < (this.#positions[index - 1] ?? 0)).length,
      strange: got.size - known,
      gaps: this.#gaps,
      returns: this.#returns,
    };
  }

  close(): void {
    this.#client.close();
  }

  #changed(state: Client["state"]["value"]["state"]): void {
    const now = monotonicMs();
    if (state === "waiting") this.#lost ??= now;
    if (state === "connecting" && this.#lost !== undefined) this.#tried ??= now;
    if (state === "catching-up") this.#opened = now;
    if (state !== "live" || this.#lost === undefined) return;
    this.#returns.push({
      lost: this.#lost,
      tried: this.#tried ?? this.#lost,
      opened: this.#opened,
      live: now,
      over: this.#over,
    });
    this.#lost = undefined;
    this.#tried = undefined;
  }

  /** The transport, with a note of each time that it carries. */
  #noted(transport: Transport): Transport {
    return {
      name: transport.name,
      open: (door, listener) =>
        transport.open(door, {
          received: (frame) => {
            this.#over = transport.name;
            listener.received(frame);
          },
          closed: (end) => listener.closed(end),
        }),
    };
  }
}
