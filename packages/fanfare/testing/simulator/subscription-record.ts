import type { Delivery, DeliveryPolicy, SubscribeParams, SubscribeResult } from "@fanfare/protocol";
import type { Identity } from "../../src/core/identity.ts";
import type { Profile } from "../../src/core/profile.ts";
import type { Asked, Opened, SubscriptionHistory } from "../../src/testing/history/history.ts";
import { maySee, show, type Rules } from "./oracle.ts";

export interface RecordStart {
  readonly name: string;
  readonly params: SubscribeParams;
  readonly policy: DeliveryPolicy;
  readonly identity: Identity;
  readonly profile: Profile;
  readonly asked: Asked;
  readonly result: SubscribeResult;
}

/** One subscription of a simulated client: what it may expect, and everything that it was told. */
export class SubscriptionRecord {
  readonly id: string;
  readonly params: SubscribeParams;
  readonly policy: DeliveryPolicy;
  readonly profile: Profile;
  /** `start` was called. */
  started = false;
  identity: Identity;
  scope: string;
  /** Histories that a renewed credential ended: from then on other things may be seen. */
  readonly #former: SubscriptionHistory[] = [];
  readonly #rules: Rules;
  #name: string;
  #asked: Asked;
  #opened: Opened;
  #deliveries: Delivery[] = [];

  constructor(start: RecordStart, rules: Rules) {
    const { name, params, policy, identity, profile, asked, result } = start;
    this.id = params.subscription;
    this.params = params;
    this.policy = policy;
    this.profile = profile;
    this.identity = identity;
    this.scope = result.scope;
    this.#rules = rules;
    this.#name = name;
    this.#asked = asked;
    this.#opened = result;
  }

  get name(): string {
    return this.#name;
  }

  /** The cursor that it was told last. */
  get cursor(): string {
    return this.#deliveries.at(-1)?.cursor ?? this.#opened.cursor;
  }

  /** Cursors that it was told, oldest first. */
  get cursors(): readonly string[] {
    return this.#deliveries.map(({ cursor }) => cursor);
  }

  /** It was told something since it was opened or renewed. */
  get told(): boolean {
    return this.#deliveries.length > 0;
  }

  take(delivery: Delivery): void {
    this.#deliveries.push(delivery);
  }

  /** Goes on under another scope, which the next delivery must tell as a gap. */
  rescope(identity: Identity, scope: string, head: number): void {
    this.#former.push(this.#history());
    this.#asked = { after: this.cursor, scope: this.scope, head };
    // A loss that was not told yet is still to come.
    const lost = !this.told && this.#opened.recovered === false;
    this.#opened = lost ? { cursor: this.cursor, scope, recovered: false } : { cursor: this.cursor, scope };
    this.#deliveries = [];
    this.#name += "'";
    this.identity = identity;
    this.scope = scope;
  }

  /** @param completeThrough what it must have been told of, where it lived to be told */
  histories(completeThrough?: number): readonly SubscriptionHistory[] {
    return [...this.#former, { ...this.#history(), completeThrough }];
  }

  #history(): SubscriptionHistory {
    const { identity, profile, policy } = this;
    const { topics, filter } = this.params;
    return {
      name: this.#name,
      topics,
      filter,
      policy,
      allows: (event) => maySee(this.#rules, identity, profile, event),
      shows: (event) => show(profile, event),
      asked: this.#asked,
      opened: this.#opened,
      deliveries: this.#deliveries,
    };
  }
}
