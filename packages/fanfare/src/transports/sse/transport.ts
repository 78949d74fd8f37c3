import type { AcceptedStream, StreamParams, Streams } from "../../contract/streams.ts";
import type { Hub } from "../../core/hub.ts";
import type { Opening } from "../../core/session.ts";
import { StreamConnection, type Shared } from "./connection.ts";

export interface SseTransportOptions {
  readonly hub: Hub;
  /** Milliseconds that clients are told to wait before they connect again; default 2 000. */
  readonly retryMs?: number | undefined;
  /** Milliseconds that a client has to take the end of its stream; default 10 000. */
  readonly closeTimeoutMs?: number | undefined;
}

export interface SseTransport {
  /** Open streams. */
  readonly size: number;
  readonly open: Streams;
  /** Ends what is still open at once; a stop that is polite drains the hub first. */
  close(): void;
}

/**
 * Server-Sent Events for a hub, written to Node's own response.
 *
 * @example
 * const sse = createSseTransport({ hub });
 * await sse.open(response, request, { identity: OPEN, profile: undefined, remote: undefined, headers: {} }, {
 *   format: "events",
 *   subscriptions: [{ subscription: "1", topics: ["orders.>"] }],
 * });
 */
export function createSseTransport({
  hub,
  retryMs = 2_000,
  closeTimeoutMs = 10_000,
}: SseTransportOptions): SseTransport {
  const streams = new Set<StreamConnection>();
  const shared: Shared = { retryMs, closeTimeoutMs, forget: (connection) => streams.delete(connection) };

  return {
    get size() {
      return streams.size;
    },
    async open(outgoing, _incoming, accepted: AcceptedStream, params: StreamParams) {
      const { identity, profile, remote } = accepted;
      const connection = new StreamConnection(outgoing, params.format, shared);
      const session = hub.connect(connection, { identity, profile, remote, transport: "sse" });
      streams.add(connection);
      connection.attach(session);
      try {
        const openings: Opening[] = [];
        for (const subscription of params.subscriptions) {
          if (connection.over) return;
          openings.push(await session.subscribe(subscription));
        }
        if (!connection.over) connection.open(openings, accepted.headers);
      } catch (error) {
        connection.gone();
        throw error;
      }
    },
    close() {
      for (const connection of [...streams]) connection.destroy();
    },
  };
}
