import type { Comparison, Sample, Trial } from "../harness/comparison.ts";
import { fanfare } from "../harness/contenders.ts";
import type { Form } from "../harness/form.ts";
import { startPublisher, startReader, startVerifier } from "../harness/generator.ts";
import { startServer, type RunningServer } from "../harness/server.ts";
import type { Delivery } from "../generator/verifying-connection.ts";
import type { Subject } from "./subject.ts";

const p99 = "others' p99 ms";
const catchingUp = "others' p99 ms while they catch up";
const peak = "most memory, MB";
const none = "nobody stalls";
/** Enough that what a stalled reader does not take fills the kernel's buffers in a few seconds. */
const load = { momentsPerSecond: 50, eventsPerMoment: 1, bytes: 4_096 } as const;

interface Stall {
  readonly name: string;
  readonly stalls: boolean;
  readonly delivery: Delivery;
}

export const slowReaders: Subject = {
  name: "slow-readers",
  comparisons: (form) => [comparison(form)],
};

function comparison(form: Form): Comparison {
  const stalled = `${form.stalledReaders} stall`;
  const cases: Stall[] = [
    { name: none, stalls: false, delivery: { policy: "complete" } },
    { name: `${stalled}, complete`, stalls: true, delivery: { policy: "complete" } },
    { name: `${stalled}, latest`, stalls: true, delivery: { policy: "latest", keep: 10 } },
  ];
  return {
    title: "Slow readers",
    load: `${form.subscribers} WebSocket connections, 50 events a second of 4 KiB; ${form.stalledReaders} of them stop reading for ${form.stall / 1000} s`,
    trials: cases.map((stall): Trial => ({ contender: stall.name, measure: () => measure(stall, form) })),
    claims: cases
      .filter(({ stalls }) => stalls)
      .flatMap(({ name }) => [p99, catchingUp, peak].map((metric) => ({ metric, of: name, to: none }))),
  };
}

async function measure({ stalls, delivery }: Stall, form: Form): Promise<Sample> {
  const server = await startServer(fanfare.plan);
  const [reader, verifier, publisher] = [startReader(), startVerifier(), startPublisher()];
  try {
    const { port } = server;
    const others = form.subscribers - form.stalledReaders;
    await reader.ask({ kind: "connect", dialect: "fanfare", port, connections: others, sampled: 50 });
    await verifier.ask({ kind: "connect", port, connections: form.stalledReaders, delivery });
    const pace = { kind: "pace", target: fanfare.target(server), ...load } as const;
    const warm = await publisher.ask({ ...pace, milliseconds: form.warmUp });
    await reader.ask({ kind: "report", events: warm.events, withinMs: 10_000 });

    await reader.ask({ kind: "begin" });
    if (stalls) await verifier.ask({ kind: "pause" });
    const watched = watch(server, port);
    const during = await publisher.ask({ ...pace, milliseconds: form.stall });
    await watched.look();
    const whileStalled = await reader.ask({ kind: "report", events: during.events, withinMs: 10_000 });

    await reader.ask({ kind: "begin" });
    if (stalls) await verifier.ask({ kind: "resume" });
    const after = await publisher.ask({ ...pace, milliseconds: form.measure });
    const whileCatchingUp = await reader.ask({ kind: "report", events: after.events, withinMs: 10_000 });
    const published = warm.events + during.events + after.events;
    const { received, ...account } = await verifier.ask({ kind: "report", events: published, withinMs: 60_000 });
    return {
      [p99]: whileStalled.latency.p99,
      [catchingUp]: whileCatchingUp.latency.p99,
      [peak]: (await watched.end()).memory,
      "others' missing": whileStalled.missing + whileCatchingUp.missing,
      "most stalled, as the server says": (await watched.end()).stalled,
      "received by them": received,
      "told as dropped": account.dropped,
      unaccounted: account.unaccounted,
      "broken chains": account.broken,
      "came back with a cursor": account.cameBack,
    };
  } finally {
    await Promise.all([reader.stop(), verifier.stop(), publisher.stop(), server.stop()]);
  }
}

interface Most {
  /** Megabytes. */
  readonly memory: number;
  /** Connections that the server itself calls stalled. */
  readonly stalled: number;
}

/** Looks at the server now and then, and remembers the most that it saw. */
function watch(server: RunningServer, port: number): { look(): Promise<void>; end(): Promise<Most> } {
  let most: Most = { memory: 0, stalled: 0 };
  const look = async (): Promise<void> => {
    const memory = (server.usage().pss * 1.024) / 1000;
    const stalled = await stalledOf(port);
    most = { memory: Math.max(most.memory, memory), stalled: Math.max(most.stalled, stalled) };
  };
  // What keeps it from looking also fails the trial, with a better message.
  const timer = setInterval(() => void look().catch(() => clearInterval(timer)), 1_000);
  return {
    look,
    async end() {
      clearInterval(timer);
      await look();
      return most;
    },
  };
}

async function stalledOf(port: number): Promise<number> {
  const health: unknown = await (await fetch(`http://127.0.0.1:${port}/api/v1/health`)).json();
  return findNumber(health, "stalled") ?? Number.NaN;
}

/** The first number of that name, however deep the report puts it. */
function findNumber(value: unknown, name: string): number | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  for (const [key, member] of Object.entries(value)) {
    if (key === name && typeof member === "number") return member;
    const deeper = findNumber(member, name);
    if (deeper !== undefined) return deeper;
  }
  return undefined;
}
