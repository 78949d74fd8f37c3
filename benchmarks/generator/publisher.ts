/** A process of publishers. Its parent tells it what to do; see `PublisherRequest`. */
import { answer, until } from "./answering.ts";
import { LatencyHistogram, type Latency } from "./latency.ts";
import { clock, dataOf } from "./payload.ts";
import { openSink, type Sink, type Target } from "./targets.ts";

export type PublisherRequest =
  /** So many events at each of so many moments a second, whatever the server does. */
  | {
      readonly kind: "pace";
      readonly target: Target;
      readonly momentsPerSecond: number;
      readonly eventsPerMoment: number;
      readonly bytes: number;
      readonly milliseconds: number;
    }
  /** So many publishers, each of which sends its next batch when the last one was acknowledged. */
  | {
      readonly kind: "flood";
      readonly targets: readonly Target[];
      readonly publishers: number;
      readonly batch: number;
      readonly bytes: number;
      readonly milliseconds: number;
    };

export interface PublisherReport {
  readonly events: number;
  readonly seconds: number;
  /** From the due time to the acknowledgement. */
  readonly latency: Latency;
}

const sinks = new Map<string, Promise<Sink>>();

answer<PublisherRequest, PublisherReport>((request) => {
  switch (request.kind) {
    case "pace":
      return pace(request);
    case "flood":
      return flood(request);
  }
});

function sinkOf(target: Target): Promise<Sink> {
  const key = JSON.stringify(target);
  const known = sinks.get(key) ?? openSink(target);
  sinks.set(key, known);
  return known;
}

async function pace(request: Extract<PublisherRequest, { kind: "pace" }>): Promise<PublisherReport> {
  const { eventsPerMoment, bytes } = request;
  const sink = await sinkOf(request.target);
  const acknowledged = new LatencyHistogram();
  const interval = 1e6 / request.momentsPerSecond;
  const moments = Math.max(1, Math.round((request.milliseconds * 1000) / interval));
  const start = clock();
  const state: { open: number; failure?: Error } = { open: 0 };
  for (let moment = 0; moment < moments; moment += 1) {
    const due = Math.round(start + moment * interval);
    await reach(due);
    if (state.failure !== undefined) throw state.failure;
    state.open += 1;
    void sink
      .send(Array.from({ length: eventsPerMoment }, () => dataOf(due, bytes)))
      .then(() => acknowledged.record([due]))
      .catch((error: Error) => (state.failure ??= error))
      .finally(() => (state.open -= 1));
  }
  const acknowledgedAll = await until(() => state.open === 0, 30_000);
  if (state.failure !== undefined) throw state.failure;
  if (!acknowledgedAll) throw new Error(`${state.open} publishes were not acknowledged within 30 s`);
  return { events: moments * eventsPerMoment, seconds: (clock() - start) / 1e6, latency: acknowledged.read() };
}

/** A timer comes up to a millisecond late; the last millisecond is waited for awake. */
async function reach(due: number): Promise<void> {
  const milliseconds = Math.floor((due - clock()) / 1000) - 1;
  if (milliseconds > 0) await new Promise((resolve) => setTimeout(resolve, milliseconds));
  while (clock() < due) await new Promise((resolve) => setImmediate(resolve));
}

async function flood(request: Extract<PublisherRequest, { kind: "flood" }>): Promise<PublisherReport> {
  const { publishers, batch, bytes, targets } = request;
  const acknowledged = new LatencyHistogram();
  const start = clock();
  const end = start + request.milliseconds * 1000;
  let events = 0;
  const publish = async (index: number): Promise<void> => {
    const target = targets[index % targets.length];
    if (target === undefined) throw new Error("flood: no target");
    const sink = await sinkOf(target);
    while (clock() < end) {
      const due = clock();
      await sink.send(Array.from({ length: batch }, () => dataOf(due, bytes)));
      acknowledged.record([due]);
      events += batch;
    }
  };
  await Promise.all(Array.from({ length: publishers }, (_, index) => publish(index)));
  return { events, seconds: (clock() - start) / 1e6, latency: acknowledged.read() };
}
