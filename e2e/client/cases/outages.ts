import { expect } from "vitest";
import { expectSoon, listen, numbers, statesOf } from "../listener.ts";
import type { Case } from "../scene.ts";

export const outages: readonly Case[] = [
  {
    name: "goes on without loss or duplicate after kill -9 and a new start, and publishes what waited",
    async run(scene) {
      const { topic, mortal: hub } = scene;
      const client = scene.clientOf(await scene.line(hub));
      const states = statesOf(client);
      const heard = listen(client, { topics: [topic], after: "start" });
      const other = listen(client, { topics: [`${topic}.>`], after: "now" });
      await hub.count(topic, 1, 10);
      await expectSoon(() => heard.data).toEqual(numbers(1, 10));
      await expectSoon(() => client.state.value.state).toBe("live");
      await hub.end("SIGKILL");
      const waits = client.publish(`${topic}.x`, { type: "t", data: "waited" });
      await expectSoon(() => client.state.value.state).toBe("waiting");
      await hub.start();
      await hub.count(topic, 11, 20);
      await waits;
      await expectSoon(() => heard.data).toEqual(numbers(1, 20));
      await expectSoon(() => other.data).toEqual(["waited"]);
      expect([...heard.gaps, ...other.gaps]).toEqual([]);
      await expectSoon(() => client.state.value.state).toBe("live");
      expect(states.slice(0, 3)).toEqual(["idle", "connecting", "catching-up"]);
      expect(states.slice(-3)).toEqual(["connecting", "catching-up", "live"]);
    },
  },
  {
    name: "finds out by the heartbeats that a connection is dead which nobody has ended",
    async run(scene) {
      const { shared, topic } = scene;
      const line = await scene.line();
      // Of the connections that a runtime keeps for later requests each is found out by itself.
      const client = scene.clientOf(line, { openTimeoutMs: 300 });
      const heard = listen(client, { topics: [topic], after: "start" });
      await shared.count(topic, 1, 3);
      await expectSoon(() => heard.data).toEqual(numbers(1, 3));
      line.deaden();
      await shared.count(topic, 4, 6);
      const silent = performance.now();
      await expectSoon(() => heard.data).toEqual(numbers(1, 6));
      // The heart beats every 200 ms, and two and a half beats may be missed.
      expect(performance.now() - silent).toBeLessThan(2_500);
      expect(heard.gaps).toEqual([]);
    },
  },
  {
    name: "comes back in the slot that a stopping hub gives it",
    async run(scene) {
      const { topic, mortal: hub } = scene;
      const line = await scene.line(hub);
      const client = scene.clientOf(line, { pause: { firstMs: 1, longestMs: 1 } });
      const heard = listen(client, { topics: [topic], after: "start" });
      await hub.count(topic, 1, 2);
      await expectSoon(() => heard.data).toEqual([1, 2]);
      const before = Date.now();
      line.arrivals.length = 0;
      await hub.end("SIGTERM");
      await hub.start();
      await hub.count(topic, 3, 4);
      await expectSoon(() => heard.data).toEqual([1, 2, 3, 4]);
      const slot = Number(/"reconnectAfterMs":(\d+)/.exec(line.told)?.[1]);
      // Timers and clocks may differ by a millisecond or two.
      expect(line.arrivals[0]).toBeGreaterThanOrEqual(before + slot - 5);
      expect(heard.gaps).toEqual([]);
    },
  },
  {
    name: "tries again after an answer of 503, not before `Retry-After` where it can see that",
    async run(scene) {
      const { shared, topic, way } = scene;
      const line = await scene.line();
      line.refusal = { status: 503, retryAfter: 1 };
      const client = scene.clientOf(line, { pause: { firstMs: 1, longestMs: 20 } });
      const heard = listen(client, { topics: [topic], after: "start" });
      await shared.count(topic, 1, 2);
      await expectSoon(() => client.state.value.state).toBe("waiting");
      if (way.name === "a WebSocket") line.refusal = undefined;
      else {
        const tries = line.arrivals.length;
        const { state } = client;
        expect(state.value).toMatchObject({ reason: expect.stringContaining("503") });
        expect(state.value.state === "waiting" ? state.value.until - line.arrivals.at(-1)! : 0).toBeGreaterThan(990);
        line.refusal = undefined;
        await expectSoon(() => line.arrivals.length).toBeGreaterThan(tries);
        expect(line.arrivals[tries]! - line.arrivals[tries - 1]!).toBeGreaterThan(990);
      }
      await expectSoon(() => heard.data).toEqual([1, 2]);
    },
  },
  {
    name: "survives a line that is cut again and again",
    async run(scene) {
      const { shared, topic } = scene;
      const line = await scene.line();
      const client = scene.clientOf(line);
      const all = listen(client, { topics: [topic], after: "start" });
      const odd = listen(client, { topics: [topic], filter: { exact: { odd: true } }, after: "start" });
      for (const data of numbers(1, 40)) {
        await shared.publish(topic, { type: "t", data, attributes: { odd: data % 2 === 1 } });
        if (data % 8 === 0) line.cut();
      }
      await expectSoon(() => all.data).toEqual(numbers(1, 40));
      await expectSoon(() => odd.data).toEqual(numbers(1, 40).filter((data) => data % 2 === 1));
      expect([...all.gaps, ...odd.gaps]).toEqual([]);
    },
  },
  {
    name: "takes its time over what comes, without losing any of it",
    async run(scene) {
      const { shared, topic } = scene;
      const client = await scene.client();
      const subscription = client.subscribe({ topics: [topic], after: "start", bufferEvents: 10 });
      const states: string[] = [];
      subscription.status.watch(({ state }) => void (states.at(-1) === state || states.push(state)));
      await shared.count(topic, 1, 1);
      for (let batch = 0; batch < 5; batch += 1) await shared.count(topic, 2 + batch * 10, 11 + batch * 10);
      await expectSoon(() => states).toContain("paused");
      const seen: unknown[] = [];
      for await (const update of subscription) {
        if (update.kind !== "events") throw new Error(`a gap: ${JSON.stringify(update)}`);
        seen.push(...update.events.map(({ data }) => data));
        if (seen.length >= 51) break;
      }
      expect(seen).toEqual(numbers(1, 51));
    },
  },
];
