import { createClient, eventStream, webSocket, type Client, type ClientOptions, type Transport } from "@fanfare/client";
import type { HubProcess } from "./hub-process.ts";
import { Line } from "./line.ts";

/** A way over which a client reaches its hub. */
export type Way = {
  readonly name: string;
  /** None: the client's own choice. */
  readonly transports?: (() => readonly Transport[]) | undefined;
  readonly blocksUpgrades: boolean;
};

export const ways: readonly Way[] = [
  { name: "a WebSocket", transports: () => [webSocket()], blocksUpgrades: false },
  { name: "an event stream", transports: () => [eventStream()], blocksUpgrades: false },
  { name: "what a proxy without upgrades leaves", blocksUpgrades: true },
];

/** A behaviour that every way must have. */
export type Case = { readonly name: string; readonly run: (scene: Scene) => Promise<void> };

export type Daemons = Readonly<Record<"shared" | "guarded" | "mortal", HubProcess>>;

let scenes = 0;

/** What one case runs in: a daemon, a line to it, and clients of that line. All that it makes goes with it. */
export class Scene implements AsyncDisposable {
  /** A daemon that everybody shares and nobody ends; its heart beats often and it keeps two events of `trimmed.>`. */
  readonly shared: HubProcess;
  /** Another such daemon, which asks for tokens and takes 20 events a second of each `sub`. */
  readonly guarded: HubProcess;
  /** A daemon that a case may end and start again; it gives slots of up to 0.6 s to come back. */
  readonly mortal: HubProcess;
  readonly way: Way;
  /** A topic of this case alone. */
  readonly topic: string;
  /** What clients report that nobody waits for. */
  readonly errors: unknown[] = [];
  readonly #stack = new AsyncDisposableStack();

  constructor({ shared, guarded, mortal }: Daemons, way: Way) {
    this.shared = shared;
    this.mortal = mortal;
    this.guarded = guarded;
    this.way = way;
    this.topic = `case-${(scenes += 1)}`;
  }

  /** A line to a daemon; the shared one by default. */
  async line(hub: HubProcess = this.shared): Promise<Line> {
    const line = this.#stack.use(await Line.to(hub.url));
    line.blocksUpgrades = this.way.blocksUpgrades;
    return line;
  }

  /** A client over a line, which tries again quickly. */
  clientOf({ url }: { readonly url: string }, options: Partial<ClientOptions> = {}): Client {
    const { transports } = this.way;
    const client = createClient({
      url,
      pause: { firstMs: 50, longestMs: 200 },
      openTimeoutMs: 3_000,
      requestTimeoutMs: 3_000,
      onError: (error) => void this.errors.push(error),
      ...(transports !== undefined && { transports: transports() }),
      ...options,
    });
    this.#stack.defer(() => client.close());
    return client as unknown as Client;
  }

  /** A client of the shared daemon. */
  async client(options: Partial<ClientOptions> = {}): Promise<Client> {
    return this.clientOf(await this.line(), options);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#stack.disposeAsync();
  }
}
