import { ClientError, type QueueState } from "@fanfare/client";
import type { Signal } from "@fanfare/protocol";
import { expect } from "vitest";
import { expectSoon, listen, numbers } from "../listener.ts";
import type { Case } from "../scene.ts";

export const publishing: readonly Case[] = [
  {
    name: "publishes in the order of the calls and learns the positions",
    async run(scene) {
      const { shared, topic } = scene;
      const client = await scene.client();
      const results = await Promise.all(
        numbers(1, 30).map((data) => client.publish(topic, { type: "t", id: `${topic} ${data}`, data })),
      );
      const stored = await shared.events(topic);
      expect(stored.map(({ data }) => data)).toEqual(numbers(1, 30));
      expect(results.map(({ events }) => events[0]?.position)).toEqual(stored.map(({ position }) => position));
      expect(results.every(({ events }) => events.length === 1 && !events[0]!.duplicate)).toBe(true);
      const again = await client.publish(topic, { type: "t", id: `${topic} 1`, data: 1 });
      expect(again.events).toMatchObject([{ position: stored[0]?.position, duplicate: true }]);
    },
  },
  {
    name: "publishes once what it sends again because the answer was lost",
    async run(scene) {
      const { shared, topic } = scene;
      const line = await scene.line();
      const client = scene.clientOf(line);
      await client.publish(topic, { type: "t", data: 1 });
      line.mood = "swallows answers";
      const lost = client.publish(topic, [
        { type: "t", data: 2 },
        { type: "t", data: 3 },
      ]);
      await expectSoon(async () => (await shared.events(topic)).length).toBe(3);
      line.mood = "passes";
      line.cut();
      const { events } = await lost;
      expect(events.map(({ duplicate }) => duplicate)).toEqual([true, true]);
      expect((await shared.events(topic)).map(({ data }) => data)).toEqual([1, 2, 3]);
    },
  },
  {
    name: "rejects what the hub refuses, and only that",
    async run(scene) {
      const { shared, topic } = scene;
      const client = await scene.client();
      await client.publish(topic, { type: "t", id: topic, data: 1 });
      const calls = [
        client.publish(topic, { type: "t", data: 2 }),
        client.publish(topic, { type: "t", id: topic, data: "another" }),
        client.publish(topic, { type: "not a type", data: 3 }),
        client.publish(topic, { type: "t", data: 4 }),
      ];
      const outcomes = await Promise.allSettled(calls);
      expect(outcomes.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "rejected", "fulfilled"]);
      const errors = outcomes.flatMap((outcome) => (outcome.status === "rejected" ? [outcome.reason as unknown] : []));
      expect(errors).toMatchObject([
        { code: "id_conflict", status: 409 },
        { code: "invalid_event", status: 422 },
      ]);
      expect(errors.every((error) => error instanceof ClientError)).toBe(true);
      expect((await shared.events(topic)).map(({ data }) => data)).toEqual([1, 2, 4]);
      expect(client.queue.value).toEqual({ calls: 0, events: 0, bytes: 0 });
    },
  },
  {
    name: "keeps what is published without a connection, up to a limit, and sends it in order later",
    async run(scene) {
      const { shared, topic } = scene;
      const line = await scene.line();
      line.mood = "refuses";
      const client = scene.clientOf(line, { queue: { events: 5 } });
      const queues: QueueState[] = [];
      client.queue.watch((queue) => void queues.push(queue));
      const calls = numbers(1, 5).map((data) => client.publish(topic, { type: "t", data }));
      const over = client.publish(topic, { type: "t", data: 6 });
      await expect(over).rejects.toMatchObject({ code: "limit_exceeded" });
      expect(client.queue.value).toMatchObject({ calls: 5, events: 5 });
      await expectSoon(() => client.state.value.state).toBe("waiting");
      line.mood = "passes";
      await Promise.all(calls);
      expect((await shared.events(topic)).map(({ data }) => data)).toEqual(numbers(1, 5));
      expect(queues.at(-1)).toEqual({ calls: 0, events: 0, bytes: 0 });
    },
  },
  {
    name: "takes back what was not sent yet, and tells what it cannot send any more",
    async run(scene) {
      const { shared, topic } = scene;
      const line = await scene.line();
      line.mood = "refuses";
      const client = scene.clientOf(line);
      const abort = new AbortController();
      const withdrawn = client.publish(topic, { type: "t", data: 1 }, { signal: abort.signal });
      const lost = client.publish(topic, { type: "t", data: 2 });
      abort.abort(new Error("never mind"));
      await expect(withdrawn).rejects.toThrow("never mind");
      client.close();
      await expect(lost).rejects.toThrow("before the events were acknowledged");
      expect(await shared.events(topic)).toEqual([]);
    },
  },
  {
    name: "waits while the hub takes no more, and publishes all the same",
    async run(scene) {
      const { topic, guarded: hub } = scene;
      const token = hub.token({ sub: topic });
      const client = scene.clientOf(await scene.line(hub), { token });
      const calls = numbers(1, 3).map((round) =>
        client.publish(
          topic,
          numbers(1, 15).map((data) => ({ type: "t", data: round * 100 + data })),
        ),
      );
      await Promise.all(calls);
      expect((await hub.events(topic, token)).length).toBe(45);
    },
  },
  {
    name: "signals those who are connected now, itself left out over a WebSocket, and says when it cannot",
    async run(scene) {
      const { topic } = scene;
      const sender = await scene.client();
      const receiver = await scene.client();
      const signals: Signal[] = [];
      const heard = listen(receiver, { topics: [topic], onSignal: (signal) => void signals.push(signal) });
      const bystander = listen(sender, { topics: ["elsewhere"] });
      await expectSoon(() => [heard, bystander].map((one) => one.subscription?.status.value.state)).toEqual([
        "live",
        "live",
      ]);
      await sender.signal(topic, { type: "typing", attributes: { agent: "a-1" }, data: { since: 3 } });
      await expectSoon(() => signals).toMatchObject([
        { topic, type: "typing", attributes: { agent: "a-1" }, data: { since: 3 } },
      ]);
      await expect(sender.signal(topic, { type: "not a type" })).rejects.toMatchObject({ code: "invalid_event" });
      const line = await scene.line();
      line.mood = "refuses";
      await expect(scene.clientOf(line).signal(topic, { type: "typing" })).rejects.toMatchObject({
        code: "unavailable",
      });
      expect(heard.events).toEqual([]);
    },
  },
];
