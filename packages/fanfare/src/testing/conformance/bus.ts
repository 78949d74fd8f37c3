import assert from "node:assert/strict";
import { utf8Bytes } from "@fanfare/protocol";
import type { Bus } from "../../core/ports/bus.ts";
import { handlesCase, type ConformanceCase, type Handles, type PortStore } from "./conformance-case.ts";
import { range } from "./log-reading.ts";
import { eventually } from "./waiting.ts";

export type BusStore = PortStore<Bus>;
export type BusCase = ConformanceCase<BusStore>;

const NOTICE_BYTES = 256 * 1024;

/** Every MUST of the `Bus` port. The neighbour must be another node. */
export const busConformance: readonly BusCase[] = [
  busCase("every node has a name of its own", async (bus, other, handles) => {
    const third = await handles.further();
    assert.equal(new Set([bus.node, other.node, third.node]).size, 3);
  }),

  busCase("a notice reaches every other node with its sender's name", async (bus, other, handles) => {
    const heard = [hear(other), hear(await handles.further())];
    bus.publish('{"a":1}');
    for (const ear of heard) {
      await ear.until(1);
      assert.deepEqual(ear.notices, [{ notice: '{"a":1}', from: bus.node }]);
    }
  }),

  busCase("a sender's notices come in order, each once, and none to itself", async (bus, other) => {
    const [left, right] = [hear(bus), hear(other)];
    for (const index of range(1, 300)) {
      bus.publish(`{"left":${index}}`);
      if (index % 2 === 0) other.publish(`{"right":${index}}`);
      if (index % 50 === 0) await bus.nodes();
    }
    await right.until(300);
    await left.until(150);
    bus.publish("0");
    other.publish("0");
    await right.until(301);
    await left.until(151);
    assert.deepEqual(right.texts(), [...range(1, 300).map((index) => `{"left":${index}}`), "0"]);
    assert.deepEqual(left.texts(), [...range(1, 150).map((index) => `{"right":${index * 2}}`), "0"]);
  }),

  busCase("a node hears nothing from before it listened", async (bus, other) => {
    const witness = hear(other);
    bus.publish("1");
    await witness.until(1);
    const late = hear(other);
    bus.publish("2");
    await late.until(1);
    assert.deepEqual(late.texts(), ["2"]);
  }),

  busCase("a listener that ended hears no more, and the others do", async (bus, other) => {
    const [ended, witness] = [hear(other), hear(other)];
    bus.publish("1");
    await ended.until(1);
    ended.end();
    bus.publish("2");
    await witness.until(2);
    assert.deepEqual(ended.texts(), ["1"]);
  }),

  busCase("a notice may have 256 KiB and not a byte more", async (bus, other) => {
    const ear = hear(other);
    const largest = JSON.stringify("é".repeat((NOTICE_BYTES - 2) / 2));
    assert.equal(utf8Bytes(largest), NOTICE_BYTES);
    bus.publish(largest);
    await ear.until(1);
    assert.equal(ear.texts()[0], largest);
    assert.throws(() => bus.publish(`${largest} `), { code: "payload_too_large" });
  }),

  busCase("nodes are listed while they live", async (bus, other, handles) => {
    const third = await handles.further();
    const listed = async (): Promise<string> => (await bus.nodes()).toSorted().join();
    const three = [bus.node, other.node, third.node].toSorted().join();
    await eventually("all three are listed", async () => (await listed()) === three);
    await third.close();
    const two = [bus.node, other.node].toSorted().join();
    await eventually("the closed one is not listed", async () => (await listed()) === two);
  }),

  busCase("a neighbour that is gone hurts nobody", async (bus, other, handles) => {
    const third = await handles.further();
    hear(third);
    const ear = hear(other);
    bus.publish("1");
    const closed = third.close();
    bus.publish("2");
    await closed;
    bus.publish("3");
    await ear.until(3);
    assert.deepEqual(ear.texts(), ["1", "2", "3"]);
    third.publish("4");
    await third.close();
  }),
];

function busCase(name: string, body: (bus: Bus, other: Bus, handles: Handles<Bus>) => Promise<void>): BusCase {
  return handlesCase<Bus>(name, (handles) => body(handles.handle, handles.other, handles));
}

interface Ear {
  readonly notices: readonly { readonly notice: string; readonly from: string }[];
  texts(): readonly string[];
  readonly until: (count: number) => Promise<void>;
  end(): void;
}

function hear(bus: Bus): Ear {
  const notices: { notice: string; from: string }[] = [];
  const end = bus.subscribe((notice, from) => void notices.push({ notice, from }));
  const until = (count: number): Promise<void> =>
    eventually(`${count} notices are heard`, () => notices.length >= count);
  return { notices, texts: () => notices.map(({ notice }) => notice), until, end };
}
