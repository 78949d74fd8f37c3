import { createClient } from "@fanfare/client";
import { expect, onTestFinished, test } from "vitest";
import { HubProcess } from "./hub-process.ts";
import { Line } from "./line.ts";
import { expectSoon, listen, numbers } from "./listener.ts";

test("a client that no WebSocket is let through for follows a stream, remembers that, and tries the WebSocket again later", async () => {
  await using hub = await HubProcess.create();
  await using line = await Line.to(hub.url);
  line.blocksUpgrades = true;
  const rememberTransportMs = 1_000;
  const client = createClient({ url: line.url, rememberTransportMs, pause: { firstMs: 1, longestMs: 20 } });
  onTestFinished(() => client.close());
  const heard = listen(client, { topics: ["a"], after: "start" });
  await hub.count("a", 1, 2);
  await expectSoon(() => heard.data).toEqual([1, 2]);
  expect(line.upgrades).toBe(1);
  const until = Date.now() + rememberTransportMs;

  line.cut();
  await hub.count("a", 3, 4);
  await expectSoon(() => heard.data).toEqual(numbers(1, 4));
  expect(line.upgrades).toBe(1);

  line.blocksUpgrades = false;
  await expectSoon(() => Date.now()).toBeGreaterThan(until);
  line.cut();
  await hub.count("a", 5, 6);
  await expectSoon(() => heard.data).toEqual(numbers(1, 6));
  expect(line.upgrades).toBe(2);
  await client.publish("a", { type: "count", data: 7 });
  await expectSoon(() => heard.data).toEqual(numbers(1, 7));
  expect(line.connections).toBe(1);
  expect(heard.gaps).toEqual([]);
});
