import { FanfareError, isFanfareError, type Delivery, type ProblemCode, type Scope } from "@fanfare/protocol";
import { entryEvent } from "./entry.ts";
import type { Deliveries, OpenedDeliveries } from "./hub.ts";
import type { Connection, EncodedDelivery, Wire } from "./ports/connection.ts";
import type { Opening, Session } from "./session.ts";

/** What a subscriber in process is told; signals are for clients. */
type Told =
  | { readonly kind: "deliver"; readonly delivery: EncodedDelivery }
  | { readonly kind: "end"; readonly code: ProblemCode }
  | { readonly kind: "none" };

const PROCESS_WIRE: Wire<Told> = {
  name: "process",
  deliver: (delivery) => ({ kind: "deliver", delivery }),
  signal: () => ({ kind: "none" }),
  ended: (_subscription, code) => ({ kind: "end", code }),
  goaway: () => ({ kind: "none" }),
};

/**
 * A subscription in process as an async iterable. It takes one tick's chunks and is not ready until they are consumed,
 * so that a slow loop is a stalled reader like any other: a cursor, not a queue.
 */
export class ProcessDeliveries implements Deliveries {
  readonly opened: Deliveries["opened"];
  readonly #session: Session;
  #told: Told[] = [];
  #wake: (() => void) | undefined;
  #failure: FanfareError | undefined;
  #done = false;

  constructor(connect: (connection: Connection) => Session, open: (session: Session) => Promise<Opening>) {
    this.#session = connect({
      wire: PROCESS_WIRE,
      write: (chunks) => this.#write(chunks as readonly Told[]),
      close: (_code, message) => this.#end(message),
    });
    this.opened = this.#open(open);
    // Whoever only iterates learns of a failure there.
    this.opened.catch(() => undefined);
  }

  close(): void {
    this.#done = true;
    this.#told = [];
    this.#session.closed();
    this.#wake?.();
  }

  async each(callback: (delivery: Delivery) => void | Promise<void>): Promise<void> {
    for await (const delivery of this) await callback(delivery);
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Delivery, void, undefined> {
    try {
      for (;;) {
        const told = this.#told.shift();
        if (told?.kind === "deliver") yield toDelivery(told.delivery);
        else if (told?.kind === "end") throw new FanfareError(told.code, "the subscription was ended");
        else if (told === undefined && this.#failure !== undefined) throw this.#failure;
        else if (told === undefined && this.#done) return;
        else if (told === undefined) await this.#more();
      }
    } finally {
      this.close();
    }
  }

  async #open(open: (session: Session) => Promise<Opening>): Promise<OpenedDeliveries> {
    try {
      const opening = await open(this.#session);
      opening.start();
      const { cursor, scope, head, recovered } = opening.result;
      return { cursor, scope: scope as Scope, head, recovered };
    } catch (error) {
      this.#failure = isFanfareError(error)
        ? error
        : new FanfareError("internal", "the subscription could not be opened", { cause: error });
      this.#wake?.();
      throw this.#failure;
    }
  }

  #write(chunks: readonly Told[]): boolean {
    this.#told.push(...chunks);
    this.#wake?.();
    return false;
  }

  #end(message: string): void {
    this.#done = true;
    if (!this.#failure && message !== "") this.#failure = new FanfareError("unavailable", message);
    this.#wake?.();
  }

  /** Everything was taken: asks for more and waits for it. */
  #more(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = () => {
        this.#wake = undefined;
        resolve();
      };
      this.#session.ready();
    });
  }
}

function toDelivery({ subscription, prev, gap, entries, cursor }: EncodedDelivery): Delivery {
  return { subscription, prev, ...(gap === undefined ? {} : { gap }), events: entries.map(entryEvent), cursor };
}
