import { FanfareError } from "@fanfare/protocol";
import { expect, test } from "vitest";
import { Network, testHub } from "./testing.ts";

test("an application gets every event once although a delivery is lost and the link is cut", async () => {
  await using hub = testHub();
  const client = hub.client();
  const seen: number[] = [];
  client.subscribe({ topics: ["orders.>"], after: "start" }, (update) => {
    if (update.kind === "events") seen.push(...update.events.map(({ position }) => position));
  });
  await hub.until(() => client.state.value.state === "live");

  const lost = hub.network.drop({ to: "client", method: "deliver", times: 1 });
  await hub.hub.publish("orders.eu", { type: "order.paid" });
  await hub.settle();
  hub.network.cut();
  await hub.hub.publish("orders.eu", { type: "order.sent" });
  await hub.until(() => seen.length === 2);
  expect([lost.hits, seen]).toEqual([1, [1, 2]]);
});

test("clients may go over networks of their own, and are told that the hub comes back, with the same log or another", async () => {
  await using hub = testHub();
  const bad = new Network(hub.runtime);
  const [one, other] = [hub.client(), hub.client({}, bad)];
  await hub.outcome(one.publish("a", { type: "test", data: 1 }));
  await hub.outcome(other.publish("a", { type: "test", data: 2 }));
  bad.refuse();
  const { cursor } = hub;
  await hub.restart();
  expect([hub.cursor, hub.events.map(({ data }) => data)]).toEqual([cursor, [1, 2]]);
  await hub.outcome(one.publish("a", { type: "test", data: 3 }));
  await expect(hub.outcome(other.publish("a", { type: "test" }), 10_000)).rejects.toThrow("within 10000 ms");
  await hub.restart({ wipe: true });
  expect([hub.cursor.split(":")[0] === cursor.split(":")[0], hub.events]).toEqual([false, []]);
});

test("a credential that is no good is refused with its status, as by HTTP", async () => {
  await using hub = testHub({
    identify: () => {
      throw new FanfareError("forbidden", "not you");
    },
  });
  const client = hub.client();
  client.start();
  await hub.settle();
  expect(client.state.value).toEqual({ state: "stopped", reason: "forbidden", message: "not you" });
});

test("a hub that writes to a stalled link waits, and gives it up in the end", async () => {
  await using hub = testHub({ stallTimeoutMs: 20_000, heartbeatMs: 5_000 });
  const client = hub.client();
  client.subscribe({ topics: ["a"] });
  await hub.until(() => client.state.value.state === "live");
  hub.network.stall("client");
  await hub.hub.publish("a", { type: "test" });
  await hub.settle();
  await hub.hub.publish("a", { type: "test" });
  await hub.advance(4_000);
  expect(await hub.hub.health()).toMatchObject({ connections: 1, stalled: 1 });
  await hub.advance(30_000);
  expect(await hub.hub.health()).toMatchObject({ stalled: 0 });
});

test("waiting for what never comes fails with what was waited for", async () => {
  await using hub = testHub();
  await expect(hub.until(() => hub.events.length > 0, 1_000)).rejects.toThrow(
    "it was not so within 1000 ms: () => hub.events.length > 0",
  );
});

test("removes what retention would", async () => {
  await using hub = testHub();
  await hub.hub.publish("a.b", [{ type: "test" }, { type: "test" }]);
  await hub.hub.publish("c", { type: "test" });
  await hub.trim("a.*", 1);
  expect(hub.events.map(({ position }) => Number(position))).toEqual([2, 3]);
});
