import { expect, test } from "vitest";
import { testHub } from "./testing.ts";

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
