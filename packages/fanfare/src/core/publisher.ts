import {
  compileFilter,
  FanfareError,
  formatCursor,
  formatTime,
  parseEventInput,
  parseTopic,
  type Epoch,
  type EventDefaults,
  type EventDraft,
  type EventInput,
  type Limits,
  type PublishResult,
  type Topic,
} from "@fanfare/protocol";
import { mayTouch, type PrivatePatterns } from "./authority.ts";
import type { Contracts } from "./contracts.ts";
import type { Horizon } from "./horizon.ts";
import type { Identity } from "./identity.ts";
import type { Appended, Log } from "./ports/log.ts";
import type { Runtime } from "./ports/runtime.ts";
import type { PublishRate } from "./rate.ts";
import type { Totals } from "./totals.ts";

export interface PublisherOptions {
  readonly log: Log;
  readonly horizon: Horizon;
  readonly runtime: Runtime;
  readonly limits: Limits;
  readonly privates: PrivatePatterns;
  readonly contracts: Contracts;
  readonly rate: PublishRate;
  readonly totals: Totals;
}

/** Takes events in: access, shape, schema, commit; then they are on their way. */
export class Publisher {
  readonly #options: PublisherOptions;
  readonly #defaults: EventDefaults;
  #clock = { now: -1, text: "" };
  /** Why the last append failed; undefined while the log takes events. */
  failure: string | undefined;

  constructor(options: PublisherOptions) {
    const { runtime } = options;
    this.#options = options;
    this.#defaults = { id: () => runtime.uuid(), time: () => this.#time() };
  }

  async publish(
    topicText: string,
    events: readonly EventInput<unknown>[],
    identity: Identity,
    epoch: Epoch,
  ): Promise<PublishResult> {
    const { limits, rate, horizon, totals } = this.#options;
    const topic = parseTopic(topicText, limits);
    this.#requireMay(identity, topic);
    if (events.length === 0) throw new FanfareError("invalid_request", "events: give at least one");
    if (events.length > limits.publishEvents)
      throw new FanfareError(
        "payload_too_large",
        `events: has ${events.length}, at most ${limits.publishEvents} are allowed`,
      );
    const drafts = await this.#drafts(topic, events, identity);
    rate.take(identity, drafts.length);
    const appended = await this.#append(drafts);
    const last = appended.reduce(
      (highest, { position }) => (position > highest ? position : highest),
      appended[0]?.position ?? horizon.head,
    );
    // Who subscribes from now on begins after this, and whoever is subscribed is being told.
    await horizon.reached(last);
    const duplicates = appended.filter(({ duplicate }) => duplicate).length;
    totals.duplicates += duplicates;
    totals.published += appended.length - duplicates;
    return {
      events: appended.map(({ position, time, duplicate }, index) => ({
        id: drafts[index]?.id ?? "",
        position,
        time,
        duplicate,
      })),
      cursor: formatCursor(epoch, last),
    };
  }

  /** Now as text, which the events of one millisecond share. */
  #time(): string {
    const now = this.#options.runtime.now();
    if (now !== this.#clock.now) this.#clock = { now, text: formatTime(now) };
    return this.#clock.text;
  }

  async #drafts(
    topic: Topic,
    events: readonly EventInput<unknown>[],
    identity: Identity,
  ): Promise<readonly EventDraft[]> {
    const { contracts, limits } = this.#options;
    const checked = contracts.empty ? events : await Promise.all(events.map((event) => contracts.check(topic, event)));
    const drafts = checked.map((event) => parseEventInput(topic, event, this.#defaults, limits));
    const filtered = identity.grants.some(({ filter }) => filter !== undefined);
    if (filtered) for (const draft of drafts) this.#requireMay(identity, topic, draft);
    return drafts;
  }

  #requireMay(identity: Identity, topic: Topic, draft?: EventDraft): void {
    const allowed = mayTouch(
      identity,
      "publish",
      topic,
      this.#options.privates,
      (grant) => draft === undefined || compileFilter(grant.filter)(draft),
    );
    if (!allowed)
      throw new FanfareError("forbidden", `topic: the credential does not grant publish of this on "${topic}"`);
  }

  async #append(drafts: readonly EventDraft[]): Promise<readonly Appended[]> {
    try {
      const appended = await this.#options.log.append(drafts);
      this.failure = undefined;
      return appended;
    } catch (error) {
      if (error instanceof FanfareError && error.code === "id_conflict") throw error;
      this.failure = error instanceof Error ? error.message : String(error);
      throw error instanceof FanfareError
        ? error
        : new FanfareError("unavailable", "the log did not take the events", { cause: error });
    }
  }
}
