import type { Comparison, Sample } from "../harness/comparison.ts";
import { daemon, topic } from "../harness/contenders.ts";
import type { Form } from "../harness/form.ts";
import { startPublisher, startReader } from "../harness/generator.ts";
import { startServer } from "../harness/server.ts";
import { plainDisk, type Disk } from "../harness/shim.ts";

const p99 = "delivery p99 ms";
const perSecond = 200;

/**
 * A client whose messages need no disk (signals), beside publishers whose events do. Both disks get the same paced load,
 * so that what differs is the waiting alone.
 */
export function bystander(slow: Disk, form: Form): Comparison {
  return {
    title: "A bystander while the disk is slow",
    load: `${perSecond} signals a second to one subscriber, while 200 batches of ten events a second are made durable`,
    trials: [plainDisk, slow].map((disk) => ({ contender: disk.name, measure: () => measure(disk, form) })),
    claims: [{ metric: p99, of: slow.name, to: plainDisk.name, most: 1.5 }],
  };
}

async function measure(disk: Disk, form: Form): Promise<Sample> {
  const server = await startServer({ ...daemon, env: disk.env });
  const [reader, publisher, signaller] = [startReader(), startPublisher(), startPublisher()];
  try {
    const { port } = server;
    await reader.ask({ kind: "connect", dialect: "fanfareBystander", port, connections: 1, sampled: 1 });
    const pace = { kind: "pace", momentsPerSecond: perSecond, bytes: 128 } as const;
    const durable = { ...pace, eventsPerMoment: 10, target: { kind: "fanfare", port, topic } } as const;
    const signals = {
      ...pace,
      eventsPerMoment: 1,
      target: { kind: "fanfareSignal", port, topic: "bystander.here" },
    } as const;
    await Promise.all([
      publisher.ask({ ...durable, milliseconds: form.warmUp }),
      signaller.ask({ ...signals, milliseconds: form.warmUp }),
    ]);
    await reader.ask({ kind: "begin" });
    const [published, sent] = await Promise.all([
      publisher.ask({ ...durable, milliseconds: form.measure }),
      signaller.ask({ ...signals, milliseconds: form.measure }),
    ]);
    const { latency, missing } = await reader.ask({ kind: "report", events: sent.events, withinMs: 5_000 });
    return {
      [p99]: latency.p99,
      "delivery p50 ms": latency.p50,
      "delivery p99.9 ms": latency.p999,
      "publish acknowledged after, p50 ms": published.latency.p50,
      "not delivered": missing,
    };
  } finally {
    await Promise.all([reader.stop(), publisher.stop(), signaller.stop(), server.stop()]);
  }
}
