import { ClientError, type Client, type Occurrence, type Surroundings } from "@fanfare/client";
import { Network } from "@fanfare/client/testing";
import type { Mark } from "./publishing-oracle.ts";
import { Reader } from "./reader.ts";
import { Planned, RandomStorage } from "./storage.ts";
import { LANES, TOPICS } from "./wish.ts";
import type { World } from "./world.ts";

/** An application with one client: it reads and publishes, changes its mind, is closed and started again. */
export class Application implements Surroundings {
  online = true;
  readonly network: Network;
  readonly #name: string;
  readonly #world: World;
  readonly #readers: readonly Reader[];
  readonly #listeners = new Set<(occurrence: Occurrence) => void>();
  #client: Client | undefined;
  /** Another one each run: what a former client had under way may still arrive. */
  #publisher = 0;
  #calls = 0;

  constructor(name: string, world: World) {
    const storage = new RandomStorage(world);
    this.#name = name;
    this.#world = world;
    this.network = new Network(world.hub.runtime);
    this.network.watch(({ to, frame }, fate) => {
      for (const what of Object.keys(fate)) world.findings.count(what);
      this.#note(() => `→ ${to} ${JSON.stringify([frame, fate])}`);
    });
    this.#readers = Array.from(
      { length: world.chance.between(1, 4) },
      (_, index) => new Reader(`${name}${index + 1}`, storage, world),
    );
  }

  get resting(): boolean {
    return (
      this.#client?.queue.value.calls === 0 &&
      this.#readers.every(
        ({ status }) => status?.state === "live" && status.completeUpTo?.cursor === this.#world.hub.cursor,
      )
    );
  }

  watch(listener: (occurrence: Occurrence) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  start(): void {
    const { hub, findings } = this.#world;
    this.#publisher = this.#world.nextPublisher();
    const onError = (error: unknown): void => {
      if (!(error instanceof Planned))
        findings.report(`${this.#name} an error that nobody waits for: ${String(error)}`);
    };
    const client = hub.client({ surroundings: this, lingerMs: 500, onError }, this.network);
    this.#client = client;
    client.state.watch((state) => {
      findings.count(`connection ${state.state}`);
      this.#note(() => `connection ${JSON.stringify(state)}`);
      if (state.state === "stopped" && state.reason !== "closed")
        findings.report(`${this.#name} gave up: ${state.message}`);
    });
    for (const reader of this.#readers) reader.begin(client);
  }

  restart(): void {
    this.#note(() => "starts again");
    this.stop();
    this.start();
  }

  stop(): void {
    for (const reader of this.#readers) reader.end();
    this.#client?.close();
  }

  change(): void {
    this.#world.findings.count("changes");
    this.#world.chance.pick(this.#readers).change();
  }

  happen(occurrence: Occurrence): void {
    this.#world.findings.count(`occurrence ${occurrence}`);
    if (occurrence === "online" || occurrence === "offline") this.online = occurrence === "online";
    for (const listener of [...this.#listeners]) listener(occurrence);
  }

  publish(): void {
    const { chance, publishes, findings } = this.#world;
    const call = { publisher: this.#publisher, call: (this.#calls += 1) };
    const abort = new AbortController();
    publishes.called(call);
    const of = chance.between(1, 3);
    const events = Array.from({ length: of }, (_, index) => ({
      type: "test",
      attributes: { lane: chance.pick(LANES) },
      data: { ...call, index, of } satisfies Mark,
    }));
    const published = this.#client?.publish(chance.pick(TOPICS), events, { signal: abort.signal });
    published?.then(
      (result) => publishes.came(call, result),
      (error) => {
        const lost = error instanceof ClientError && error.code === "unavailable";
        if (!lost && !(error instanceof Planned))
          findings.report(`${this.#name} a publish was refused: ${String(error)}`);
        findings.count(lost ? "publishes of closed clients" : "publishes withdrawn");
        publishes.came(call, lost ? "unknown" : "withdrawn");
      },
    );
    if (chance.maybe(0.1)) void this.#world.later(1_000).then(() => abort.abort(new Planned("changed its mind")));
  }

  checkRest(): void {
    for (const reader of this.#readers) reader.checkRest();
  }

  #note(line: () => string): void {
    this.#world.findings.note(() => `${this.#name} ${line()}`);
  }
}
