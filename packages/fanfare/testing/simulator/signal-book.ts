import type { Signal, SignalParams } from "@fanfare/protocol";
import type { SimulatedClient } from "./client.ts";
import type { Findings } from "./findings.ts";
import { isFor, show, type Rules } from "./oracle.ts";
import type { SubscriptionRecord } from "./subscription-record.ts";

interface Owed {
  readonly client: SimulatedClient;
  readonly subscription: string;
  readonly looks: string;
  /** Signals may look alike once a transform has taken their differences away. */
  count: number;
}

/** Who must be told of which signal, and who was. */
export class SignalBook {
  readonly #findings: Findings;
  readonly #rules: Rules;
  readonly #owed = new Map<string, Owed>();
  /** What was on its way to a subscription when it ended: it may come, and need not. */
  readonly #excused = new Set<string>();

  constructor(findings: Findings, rules: Rules) {
    this.#findings = findings;
    this.#rules = rules;
  }

  /** Notes who must be told of a signal that is just being sent. */
  sent(
    params: SignalParams,
    from: string,
    sender: SimulatedClient | undefined,
    clients: Iterable<SimulatedClient>,
  ): void {
    for (const client of clients) {
      if (client === sender || !client.open || client.stalledSince !== undefined) continue;
      for (const record of client.subscriptions.values()) {
        const looks = this.#looks(params, from, record);
        if (!record.started || looks === undefined) continue;
        const key = keyOf(client, record.id, looks);
        const owed = this.#owed.get(key) ?? { client, subscription: record.id, looks, count: 0 };
        this.#owed.set(key, { ...owed, count: owed.count + 1 });
        this.#findings.count("signals");
      }
    }
  }

  arrived(client: SimulatedClient, { subscription, topic, type, attributes, data, from }: Signal): void {
    const looks = JSON.stringify({ topic, type, attributes, data, from });
    const key = keyOf(client, subscription, looks);
    const owed = this.#owed.get(key);
    if (owed !== undefined) {
      owed.count -= 1;
      if (owed.count === 0) this.#owed.delete(key);
    } else if (!this.#excused.has(key)) {
      this.#findings.report(`${client.options.name} must not get the signal ${looks} on ${subscription}`);
    }
  }

  forget(client: SimulatedClient, subscription: string): void {
    for (const [key, owed] of this.#owed) {
      if (owed.client !== client || owed.subscription !== subscription) continue;
      this.#owed.delete(key);
      this.#excused.add(key);
    }
  }

  checkNothingOwed(): void {
    for (const { client, subscription, looks } of this.#owed.values())
      this.#findings.report(`${client.options.name} never got the signal ${looks} on ${subscription}`);
  }

  #looks(params: SignalParams, from: string, record: SubscriptionRecord): string | undefined {
    const { identity, profile, params: asked } = record;
    const { topics, filter } = asked;
    const signal = {
      topic: params.topic,
      position: 0,
      id: "",
      type: params.type,
      time: "",
      attributes: params.attributes ?? {},
      data: params.data ?? null,
    } as unknown as Parameters<typeof show>[1];
    if (!isFor(this.#rules, identity, { profile, topics, filter }, signal)) return undefined;
    const { topic, type, attributes, data } = show(profile, signal);
    return JSON.stringify({ topic, type, attributes, data, from });
  }
}

function keyOf(client: SimulatedClient, subscription: string, looks: string): string {
  return `${client.options.name} ${subscription} ${looks}`;
}
