import type { Comparison, Sample, Trial } from "../harness/comparison.ts";
import { daemon, durableStreams, topic } from "../harness/contenders.ts";
import type { Form } from "../harness/form.ts";
import { startPublisher } from "../harness/generator.ts";
import { startServer, type RunningServer, type ServerPlan } from "../harness/server.ts";
import type { Disk } from "../harness/shim.ts";
import type { Target } from "../generator/targets.ts";

const publishers = 32;
const rate = "rows/s";

interface Publishing {
  readonly name: string;
  readonly plan: ServerPlan;
  targets(server: RunningServer): Promise<readonly Target[]>;
}

const fanfare: Publishing = {
  name: "Fanfare",
  plan: daemon,
  targets: async ({ port }) => [{ kind: "fanfare", port, topic }],
};

/** One stream is one order of events, as one log is. */
const oneStream: Publishing = {
  name: "Durable Streams",
  plan: durableStreams,
  targets: (server) => streams(server, 1),
};
/** What its users would do for speed, giving up the one order. */
const manyStreams: Publishing = {
  name: `Durable Streams, ${publishers} streams`,
  plan: durableStreams,
  targets: (server) => streams(server, publishers),
};

/** So many publishers over HTTP, each with a batch under way at all times. */
export function overHttp(disk: Disk, batch: number, form: Form): Comparison {
  const trials = [fanfare, oneStream, manyStreams].map((contender): Trial => {
    return { contender: contender.name, measure: () => measure(contender, disk, batch, form) };
  });
  return {
    title: `Publish over HTTP in batches of ${batch}, ${disk.name}`,
    load: `${publishers} publishers, events of 128 bytes, each publisher waits for its acknowledgement`,
    trials,
    claims: [
      { metric: rate, of: fanfare.name, to: oneStream.name, least: batch === 1 ? 5 : 1 },
      { metric: rate, of: fanfare.name, to: manyStreams.name },
    ],
  };
}

async function measure({ plan, targets }: Publishing, disk: Disk, batch: number, form: Form): Promise<Sample> {
  const server = await startServer({ ...plan, env: disk.env });
  const publisher = startPublisher();
  try {
    const flood = { kind: "flood", targets: await targets(server), publishers, batch, bytes: 128 } as const;
    await publisher.ask({ ...flood, milliseconds: form.warmUp });
    const before = [server.usage(), publisher.usage()] as const;
    const { events, seconds, latency } = await publisher.ask({ ...flood, milliseconds: form.measure });
    const after = [server.usage(), publisher.usage()] as const;
    const serverCpu = after[0].cpu - before[0].cpu;
    return {
      [rate]: events / seconds,
      "µs CPU per row": (serverCpu * 1e6) / events,
      "server cores": serverCpu / seconds,
      "of them the main thread": (after[0].mainCpu - before[0].mainCpu) / seconds,
      "publisher cores": (after[1].cpu - before[1].cpu) / seconds,
      "acknowledged after, p50 ms": latency.p50,
      "acknowledged after, p99 ms": latency.p99,
    };
  } finally {
    await Promise.all([publisher.stop(), server.stop()]);
  }
}

async function streams({ port }: RunningServer, count: number): Promise<readonly Target[]> {
  const targets = Array.from(
    { length: count },
    (_, index) => ({ kind: "durableStreams", port, path: `/s${index}` }) as const,
  );
  for (const { path } of targets) {
    const headers = { "content-type": "application/json" };
    const { status } = await fetch(`http://127.0.0.1:${port}${path}`, { method: "PUT", headers });
    if (status !== 201) throw new Error(`the stream could not be made: ${status}`);
  }
  return targets;
}
