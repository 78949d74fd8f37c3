import { seededRuntime } from "fanfare/testing";
import { expect, test } from "vitest";
import { createClient, type Transport } from "./index.ts";

/** Opens links on which nobody ever answers. */
const nowhere: Transport = { name: "nowhere", open: () => ({ send() {}, close() {} }) };

test("a client that is closed leaves no timer behind that would keep a process", async () => {
  const runtime = seededRuntime(1);
  const client = createClient({ url: "http://hub.test", transports: [nowhere], runtime });
  client.subscribe({ topics: [">"] }, () => {});
  const published = client.publish("a", { type: "t" });
  await runtime.settle();
  expect(runtime.nextTimer).toBeDefined();
  client.close();
  await expect(published).rejects.toMatchObject({ code: "unavailable" });
  await runtime.settle();
  expect(runtime.nextTimer).toBeUndefined();
});
