import { seededRuntime } from "fanfare/testing";
import { expect, test } from "vitest";
import { createClient, type ServerFrame, type Surroundings, type Transport } from "./index.ts";

/** Opens links on which nobody ever answers. */
const nowhere: Transport = { name: "nowhere", open: () => ({ send() {}, close() {} }) };

const QUIET: Surroundings = { online: true, watch: () => () => {} };
const HELLO = { connection: "", protocol: "fanfare.v1", heartbeat: 15_000, profile: "default", limits: {} } as const;
const BUSY = { code: 0, message: "busy", data: { code: "overloaded", status: 503 } } as const;

/** Opens links on which every request is refused for now, or, where nothing is answered, none is. */
function greeting(answers: boolean, time: string): Transport {
  return {
    name: "greeting",
    open(_door, { received }) {
      const say = (frame: ServerFrame): void => queueMicrotask(() => received(frame));
      say({ jsonrpc: "2.0", method: "hello", params: { ...HELLO, time } });
      return {
        send: ({ id }) => {
          if (answers) say({ jsonrpc: "2.0", id, error: BUSY });
        },
        close() {},
      };
    },
  };
}

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

test.each([
  ["is under way", false],
  ["waits until the hub is less busy", true],
])("nor does one whose publish %s", async (_when, answers) => {
  const runtime = seededRuntime(1);
  const transports = [greeting(answers, new Date(runtime.now()).toISOString())];
  const client = createClient({ url: "http://hub.test", transports, runtime, surroundings: QUIET });
  const published = client.publish("a", { type: "t" });
  await runtime.settle();
  client.close();
  await expect(published).rejects.toMatchObject({ code: "unavailable" });
  await runtime.settle();
  expect(runtime.nextTimer).toBeUndefined();
});

test("nor does one that loads a state: the load is aborted, and nobody is told of an error", async () => {
  const runtime = seededRuntime(1);
  const transports = [greeting(false, new Date(runtime.now()).toISOString())];
  const errors: unknown[] = [];
  const onError = (error: unknown): void => void errors.push(error);
  const client = createClient({ url: "http://hub.test", transports, runtime, surroundings: QUIET, onError });
  const loads: AbortSignal[] = [];
  const snapshot = (signal: AbortSignal): Promise<never> => {
    loads.push(signal);
    return new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
  };
  client.subscribe({ topics: ["a"], snapshot }, () => {});
  await runtime.settle();
  client.close();
  await runtime.settle();
  expect([loads.map(({ aborted }) => aborted), errors, runtime.nextTimer]).toEqual([[true], [], undefined]);
});
