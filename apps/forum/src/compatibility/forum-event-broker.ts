import { createHash } from "node:crypto";
import type { Hub, Json } from "fanfare";
import { BrokerEvents } from "./broker-events.ts";

/** An event as the reference's broker knows it. */
export interface BrokerEvent {
  readonly type: string;
  readonly ticket: string;
  readonly runId?: string | undefined;
  readonly data: Json;
}

export interface BrokerOptions {
  /** Newest events that wait for a subscriber who does not read, 1 to 1 000; older ones are dropped and counted. Default 64. */
  readonly buffer?: number | undefined;
}

/** Any ticket, any run. */
const ANY = "*";

/**
 * The reference's `ForumEventBroker` on top of a hub, for code that was written for it: live events by ticket and run,
 * publishers that wait for nobody, and the newest rather than all of them. New code subscribes to the forum's own topics.
 *
 * @example
 * const broker = new ForumEventBroker(hub);
 * const events = broker.subscribe("T-42");
 * await broker.publish({ type: "forum.post.added", ticket: "T-42", data: { body: "Left." } });
 * for await (const event of events) break;
 */
export class ForumEventBroker {
  readonly #hub: Pick<Hub, "publish" | "subscribe">;
  readonly #keep: number;
  readonly #open = new Set<BrokerEvents>();
  #closed = false;

  constructor(hub: Pick<Hub, "publish" | "subscribe">, { buffer = 64 }: BrokerOptions = {}) {
    this.#hub = hub;
    this.#keep = buffer;
  }

  /** Events of the ticket and the run; a blank one stands for all. Names are compared trimmed and without case. */
  subscribe(ticket = "", runId = ""): BrokerEvents {
    const topics = [`forum-broker.${wanted(ticket)}.${wanted(runId)}`];
    const delivery = { policy: "latest", keep: this.#keep } as const;
    const deliveries = this.#closed ? undefined : this.#hub.subscribe({ topics, after: "now", delivery });
    const events = new BrokerEvents(deliveries, () => this.#open.delete(events));
    if (!this.#closed) this.#open.add(events);
    return events;
  }

  /** Resolves when the event is on its way to everybody; a closed broker tells nobody. */
  async publish(event: BrokerEvent): Promise<void> {
    if (this.#closed) return;
    const { type, ticket, runId = "", data } = event;
    const topic = `forum-broker.${token(ticket)}.${token(runId)}`;
    await this.#hub.publish(topic, { type, data: { ticket, runId, data } });
  }

  /** Ends every subscription; a second time does nothing. */
  close(): void {
    this.#closed = true;
    for (const events of [...this.#open]) events.unsubscribe();
  }
}

function wanted(name: string): string {
  return name.trim() === "" ? ANY : token(name);
}

/** Names of any length and alphabet as tokens of a topic, the same for all that count as the same. */
function token(name: string): string {
  return createHash("sha256").update(name.trim().toLowerCase()).digest("hex").slice(0, 32);
}
