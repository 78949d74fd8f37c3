import { expect, test } from "vitest";
import { HubCore } from "../../src/core/hub-core.ts";
import { memoryBus, memoryLog, memoryState } from "../../src/memory.ts";
import { seededRuntime } from "../../src/testing/seeded-runtime.ts";

/** Moments at which an event may come while a page is read and begins to wait, in turns of the promise queue. */
const MOMENTS = 40;

test("a page that waits is given out at once, at whatever moment its event comes", async () => {
  const late: number[] = [];
  for (let moment = 0; moment < MOMENTS; moment += 1) {
    const runtime = seededRuntime(moment);
    const hub = new HubCore({ log: memoryLog(), state: memoryState(), bus: memoryBus(), runtime });
    await hub.ready();
    let given = false;
    const reading = hub.read({ after: "start", waitMs: 10_000 }).then(() => (given = true));
    for (let turn = 0; turn < moment; turn += 1) await Promise.resolve();
    void hub.publish("a", { type: "made" });
    await runtime.settle();
    if (!given) late.push(moment);
    await runtime.advance(10_000);
    await reading;
    await hub.close();
  }
  expect(late).toEqual([]);
});
