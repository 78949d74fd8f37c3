import type { Sample, Trial } from "../harness/comparison.ts";
import { fanfare, wsLoop, type Contender } from "../harness/contenders.ts";
import type { Form } from "../harness/form.ts";
import { startReader } from "../harness/generator.ts";
import { startServer } from "../harness/server.ts";
import type { Subject } from "./subject.ts";

const asItIs = "KB per connection";
const collected = "KB per connection, garbage collected";

export const idle: Subject = {
  name: "idle",
  comparisons: (form) => [
    {
      title: "Memory of idle subscribed connections",
      load: `${form.idleConnections} WebSocket connections, each with one subscription, and nothing happens`,
      trials: [fanfare, wsLoop].map((contender) => trial(contender, form)),
      claims: [
        { metric: asItIs, of: fanfare.name, to: wsLoop.name, kind: "difference", most: 10 },
        { metric: collected, of: fanfare.name, to: wsLoop.name, kind: "difference", most: 10 },
      ],
    },
  ],
};

function trial(contender: Contender, form: Form): Trial {
  return { contender: contender.name, measure: () => measure(contender, form) };
}

async function measure({ plan, dialect }: Contender, form: Form): Promise<Sample> {
  const server = await startServer({ ...plan, collectable: true });
  const reader = startReader();
  const settle = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, form.settle));
  try {
    const connections = form.idleConnections;
    await settle();
    const empty = server.usage();
    server.collect();
    await settle();
    const emptyCollected = server.usage();
    await reader.ask({ kind: "connect", dialect, port: server.port, connections, sampled: 0 });
    await settle();
    const held = server.usage();
    server.collect();
    await settle();
    const heldCollected = server.usage();
    const perConnection = (kibibytes: number): number => (kibibytes * 1.024) / connections;
    const report = await reader.ask({ kind: "report", events: 0, withinMs: 0 });
    return {
      [asItIs]: perConnection(held.pss - empty.pss),
      [collected]: perConnection(heldCollected.pss - emptyCollected.pss),
      "empty server, MB": (empty.pss * 1.024) / 1000,
      "connections lost": report.closed,
    };
  } finally {
    await Promise.all([reader.stop(), server.stop()]);
  }
}
