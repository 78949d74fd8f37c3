/** A process of subscribers. Its parent tells it what to do; see `ReaderRequest`. */
import { answer, until } from "./answering.ts";
import { dialects, type DialectName } from "./dialects.ts";
import { LatencyHistogram, type Latency } from "./latency.ts";
import { ReadingConnection } from "./reading-connection.ts";

export type ReaderRequest =
  | {
      readonly kind: "connect";
      readonly dialect: DialectName;
      readonly port: number;
      readonly connections: number;
      readonly sampled: number;
    }
  /** Forgets what came so far. */
  | { readonly kind: "begin" }
  /** Waits until every connection has so many events since the beginning, at most so long, and reports. */
  | { readonly kind: "report"; readonly events: number; readonly withinMs: number };

export interface ReaderReport {
  /** Events received, over all connections. */
  readonly events: number;
  /** Received minus expected, over the connections that got fewer. */
  readonly missing: number;
  /** The same over those that got more. */
  readonly surplus: number;
  readonly bytes: number;
  readonly closed: number;
  readonly latency: Latency;
}

/** Handshakes at once: below every listen backlog. */
const wave = 100;
const histogram = new LatencyHistogram();
const connections: ReadingConnection[] = [];

answer<ReaderRequest, ReaderReport>(async (request) => {
  switch (request.kind) {
    case "connect":
      await connectAll(request);
      return report(0);
    case "begin":
      begin();
      return report(0);
    case "report":
      await until(() => connections.every(({ events }) => events >= request.events), request.withinMs);
      return report(request.events);
  }
});

async function connectAll(request: Extract<ReaderRequest, { kind: "connect" }>): Promise<void> {
  const { dialect, port, sampled } = request;
  const every = Math.max(1, Math.floor(request.connections / Math.max(1, sampled)));
  while (connections.length < request.connections) {
    const more = Math.min(wave, request.connections - connections.length);
    const opened = Array.from({ length: more }, (_, index) => {
      const isSampled = sampled > 0 && (connections.length + index) % every === 0;
      return new ReadingConnection({
        dialect: dialects[dialect],
        port,
        ...(isSampled ? { onDues: (dues) => histogram.record(dues) } : {}),
      });
    });
    connections.push(...opened);
    await Promise.all(opened.map(({ subscribed }) => subscribed));
  }
}

function begin(): void {
  histogram.reset();
  for (const connection of connections) {
    connection.events = 0;
    connection.bytes = 0;
  }
}

function report(expected: number): ReaderReport {
  const sum = (of: (connection: ReadingConnection) => number): number =>
    connections.reduce((total, connection) => total + of(connection), 0);
  return {
    events: sum(({ events }) => events),
    missing: sum(({ events }) => Math.max(0, expected - events)),
    surplus: sum(({ events }) => Math.max(0, events - expected)),
    bytes: sum(({ bytes }) => bytes),
    closed: connections.filter(({ closed }) => closed).length,
    latency: histogram.read(),
  };
}
