import type { TopicContract } from "@fanfare/protocol";
import type { Pause } from "./backoff.ts";
import type { TokenSource } from "./credential.ts";
import type { Transport } from "./link.ts";
import type { Runtime, Surroundings } from "./runtime.ts";

/** How a client connects, and its limits. */
export interface CoreOptions<Contract extends TopicContract = TopicContract> {
  /** The hub's address, `http://127.0.0.1:3001` say. */
  readonly url: string | URL;
  /** The way to the hub. */
  readonly transport: Transport;
  /** A token, or what fetches one. Without it the client goes in as it is, with its cookies in a browser. */
  readonly token?: TokenSource | undefined;
  /** The profile to ask for; default the hub's default. */
  readonly profile?: string | undefined;
  /** Contracts made by `defineTopic`: they type what is published and what is read. */
  readonly topics?: readonly Contract[] | undefined;
  /** The pause between tries; default up to half a second at first, up to 20 seconds in the end. */
  readonly pause?: Pause | undefined;
  /** Milliseconds that a link may take to open; default 10 000. */
  readonly openTimeoutMs?: number | undefined;
  /** Milliseconds that an answer may take before the link counts as dead; default 10 000. */
  readonly requestTimeoutMs?: number | undefined;
  /** Milliseconds that a connection stays open which nothing wants any more; default 5 000. */
  readonly lingerMs?: number | undefined;
  /** Learns of errors that nobody waits for; default the console. */
  readonly onError?: ((error: unknown) => void) | undefined;
  /** Default: the machine's clock, timers and chance. */
  readonly runtime?: Runtime | undefined;
  /** Default: a browser's events; elsewhere nothing ever happens. */
  readonly surroundings?: Surroundings | undefined;
}

/** The address with a final slash, so that paths can follow. Throws `TypeError` for one that is none. */
export function baseUrl(url: string | URL): string {
  const { origin, pathname } = new URL(url, globalThis.location?.href);
  // There is no origin in an address without "//": `localhost:3001` has a scheme and a path.
  return new URL(pathname.replace(/\/?$/, "/"), origin).href;
}
