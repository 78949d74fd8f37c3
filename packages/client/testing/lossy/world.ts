import { testHub, type TestHub } from "@fanfare/client/testing";
import { Chance } from "fanfare/testing";
import { Application } from "./application.ts";
import { Findings } from "./findings.ts";
import { Ledger } from "./ledger.ts";
import { PublishingOracle, type Mark } from "./publishing-oracle.ts";
import { LANES, TOPICS } from "./wish.ts";

/** Everything of one round. */
export class World implements AsyncDisposable {
  readonly chance: Chance;
  readonly hub: TestHub;
  readonly findings: Findings;
  readonly ledger: Ledger;
  readonly publishes: PublishingOracle;
  readonly applications: readonly Application[];
  /** Things go wrong: until everybody may come to rest. */
  troubled = true;
  #publishers = 0;
  #calls = 0;

  constructor(seed: number, trace: ((line: string) => void) | undefined) {
    this.chance = new Chance(seed);
    this.hub = testHub({
      seed,
      heartbeatMs: this.chance.between(500, 5_000),
      stallTimeoutMs: 3_000,
      tailBytes: this.chance.pick([1, 2_000, 1_000_000]),
      flushEvents: this.chance.between(1, 20),
      onError: ({ message }) => this.findings.report(`the hub: ${message}`),
    });
    const begun = this.hub.runtime.now();
    this.findings = new Findings(() => this.hub.runtime.now() - begun, trace);
    this.ledger = new Ledger(this.hub);
    this.publishes = new PublishingOracle(this.ledger, (message) => this.findings.report(message));
    this.applications = Array.from(
      { length: this.chance.between(1, 2) },
      (_, index) => new Application("pq".charAt(index), this),
    );
  }

  nextPublisher(): number {
    return (this.#publishers += 1);
  }

  /** Up to so many milliseconds from now. */
  later(ms: number): Promise<void> {
    return new Promise((resolve) => void this.hub.runtime.later(this.chance.between(0, ms), resolve));
  }

  /** Somebody publishes who needs no network. */
  async publish(): Promise<void> {
    const of = this.chance.between(1, 5);
    const call = { publisher: 0, call: (this.#calls += 1) };
    const events = Array.from({ length: of }, (_, index) => ({
      type: "test",
      attributes: { lane: this.chance.pick(LANES) },
      data: { ...call, index, of } satisfies Mark,
    }));
    this.publishes.called(call);
    this.publishes.came(call, await this.hub.outcome(this.hub.hub.publish(this.chance.pick(TOPICS), events)));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const application of this.applications) application.stop();
    await this.hub[Symbol.asyncDispose]();
  }
}
