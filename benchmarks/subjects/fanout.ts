import type { Comparison, Sample, Trial } from "../harness/comparison.ts";
import {
  fanfare,
  fanfareSse,
  joinedNetLoop,
  netLoop,
  socketIo,
  sseLoop,
  wsLoop,
  type Contender,
} from "../harness/contenders.ts";
import type { Form } from "../harness/form.ts";
import { startPublisher, startReader } from "../harness/generator.ts";
import { startServer } from "../harness/server.ts";
import type { Subject } from "./subject.ts";

interface Load {
  readonly momentsPerSecond: number;
  readonly eventsPerMoment: number;
  readonly bytes: number;
}

const single: Load = { momentsPerSecond: 50, eventsPerMoment: 1, bytes: 128 };
const burst: Load = { momentsPerSecond: 10, eventsPerMoment: 10, bytes: 128 };
const cost = "µs CPU per delivery";

export const fanout: Subject = {
  name: "fanout",
  comparisons: (form) => [webSocket(form), tenPerTick(form), sse(form)],
};

function webSocket(form: Form): Comparison {
  return {
    title: "Fan-out over WebSocket",
    load: `${form.subscribers} subscribers, 50 events a second of 128 bytes, one at a time`,
    trials: [fanfare, netLoop, socketIo, wsLoop].map((contender) => trial(contender, single, form)),
    claims: [
      { metric: cost, of: fanfare.name, to: netLoop.name, most: 1.3 },
      { metric: cost, of: fanfare.name, to: socketIo.name, most: 0.6 },
      { metric: cost, of: fanfare.name, to: wsLoop.name },
      { metric: cost, of: netLoop.name, to: socketIo.name },
    ],
  };
}

function tenPerTick(form: Form): Comparison {
  return {
    title: "Fan-out over WebSocket, ten events a tick",
    load: `${form.subscribers} subscribers, 10 times a second ten events of 128 bytes at once`,
    trials: [fanfare, wsLoop, joinedNetLoop].map((contender) => trial(contender, burst, form)),
    claims: [
      { metric: cost, of: fanfare.name, to: wsLoop.name, most: 0.15 },
      { metric: cost, of: fanfare.name, to: joinedNetLoop.name },
    ],
  };
}

function sse(form: Form): Comparison {
  return {
    title: "Fan-out over server-sent events",
    load: `${form.subscribers} subscribers, 50 events a second of 128 bytes, one at a time`,
    trials: [fanfareSse, sseLoop].map((contender) => trial(contender, single, form)),
    claims: [{ metric: cost, of: fanfareSse.name, to: sseLoop.name, most: 1.3 }],
  };
}

function trial(contender: Contender, load: Load, form: Form): Trial {
  return { contender: contender.name, measure: () => measure(contender, load, form) };
}

async function measure(contender: Contender, load: Load, form: Form): Promise<Sample> {
  const server = await startServer(contender.plan);
  const reader = startReader();
  const publisher = startPublisher();
  try {
    const { dialect } = contender;
    await reader.ask({ kind: "connect", dialect, port: server.port, connections: form.subscribers, sampled: 20 });
    const pace = { kind: "pace", target: contender.target(server), ...load } as const;
    const warm = await publisher.ask({ ...pace, milliseconds: form.warmUp });
    await reader.ask({ kind: "report", events: warm.events, withinMs: 10_000 });
    await reader.ask({ kind: "begin" });
    const before = [server.usage(), reader.usage()] as const;
    const started = performance.now();
    const { events } = await publisher.ask({ ...pace, milliseconds: form.measure });
    const report = await reader.ask({ kind: "report", events, withinMs: 10_000 });
    const seconds = (performance.now() - started) / 1000;
    const after = [server.usage(), reader.usage()] as const;
    const serverCpu = after[0].cpu - before[0].cpu;
    return {
      [cost]: (serverCpu * 1e6) / report.events,
      "µs of it in the kernel": ((after[0].systemCpu - before[0].systemCpu) * 1e6) / report.events,
      "server cores": serverCpu / seconds,
      "of them the main thread": (after[0].mainCpu - before[0].mainCpu) / seconds,
      "reader cores": (after[1].cpu - before[1].cpu) / seconds,
      "p50 ms": report.latency.p50,
      "p99 ms": report.latency.p99,
      "bytes per delivery": report.bytes / report.events,
      "not delivered": report.missing + report.surplus,
    };
  } finally {
    await Promise.all([publisher.stop(), reader.stop(), server.stop()]);
  }
}
