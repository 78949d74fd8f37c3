import { ClientError } from "@fanfare/client";
import { expect } from "vitest";
import { expectSoon, listen, numbers, provenTo } from "../listener.ts";
import type { Case } from "../scene.ts";

export const reading: readonly Case[] = [
  {
    name: "iterates over what was there and what comes, and says that it is complete",
    async run(scene) {
      const { shared, topic } = scene;
      await shared.count(topic, 1, 3);
      const client = await scene.client();
      const subscription = client.subscribe({ topics: [topic], after: "start" });
      const data: unknown[] = [];
      for await (const update of subscription) {
        if (update.kind === "events") data.push(...update.events.map((event) => event.data));
        if (data.length === 3) await shared.count(topic, 4, 5);
        if (data.length === 5) break;
      }
      expect(data).toEqual(numbers(1, 5));
      expect(await subscription.done).toBeUndefined();
      expect(subscription.status.value.state).toBe("ended");
    },
  },
  {
    name: "hands a callback one update at a time",
    async run(scene) {
      const { shared, topic } = scene;
      const client = await scene.client();
      let under = 0;
      let most = 0;
      const seen: unknown[] = [];
      const subscription = client.subscribe({ topics: [topic], after: "now" }, async (update) => {
        most = Math.max(most, (under += 1));
        await new Promise((resolve) => setImmediate(resolve));
        if (update.kind === "events") seen.push(...update.events.map(({ data }) => data));
        under -= 1;
      });
      await expectSoon(() => subscription.status.value.state).toBe("live");
      for (const number of numbers(1, 20)) await shared.count(topic, number, number);
      await expectSoon(() => seen).toEqual(numbers(1, 20));
      expect(most).toBe(1);
      const last = (await shared.events(topic)).at(-1)?.position ?? 0;
      await expectSoon(() => provenTo(subscription)).toBeGreaterThanOrEqual(last);
    },
  },
  {
    name: "gets only what its filter and patterns let through",
    async run(scene) {
      const { shared, topic } = scene;
      const client = await scene.client();
      const filter = { all: [{ in: { state: ["open", "blocked"] } }, { not: { prefix: { type: "draft." } } }] };
      const wanted = listen(client, { topics: [`${topic}.*`], filter, after: "start" });
      await shared.publish(`${topic}.a`, [
        { type: "draft.x", attributes: { state: "open" }, data: 1 },
        { type: "x", attributes: { state: "open" }, data: 2 },
        { type: "x", attributes: { state: "closed" }, data: 3 },
        { type: "x", data: 4 },
      ]);
      await shared.publish(`${topic}.a.b`, { type: "x", attributes: { state: "open" }, data: 5 });
      await shared.publish(`${topic}.b`, { type: "x", attributes: { state: "blocked" }, data: 6 });
      await expectSoon(() => wanted.data).toEqual([2, 6]);
      expect(wanted.gaps).toEqual([]);
    },
  },
  {
    name: "keeps the place of each subscription while others are added, changed and removed",
    async run(scene) {
      const { shared, topic } = scene;
      const client = await scene.client();
      const first = listen(client, { topics: [`${topic}.1`], after: "start" });
      await shared.count(`${topic}.1`, 1, 3);
      await expectSoon(() => first.data).toEqual(numbers(1, 3));
      await shared.count(`${topic}.2`, 1, 2);
      const second = listen(client, { topics: [`${topic}.2`], after: "start" });
      const third = listen(client, { topics: [`${topic}.>`], after: "now" });
      await expectSoon(() => third.subscription?.status.value.state).toBe("live");
      for (const number of numbers(4, 13)) {
        await shared.count(`${topic}.1`, number, number);
        await shared.count(`${topic}.2`, number - 1, number - 1);
        if (number === 6) third.subscription?.change({ topics: [`${topic}.1`] });
        if (number === 9) listen(client, { topics: ["elsewhere"] });
        if (number === 11) third.subscription?.close();
      }
      await expectSoon(() => first.data).toEqual(numbers(1, 13));
      await expectSoon(() => second.data).toEqual(numbers(1, 12));
      expect([first.gaps, second.gaps]).toEqual([[], []]);
      expect(third.gaps.every(({ reason }) => reason === "scope")).toBe(true);
      const ones = third.events.filter((event) => event.topic === `${topic}.1`).map(({ data }) => Number(data));
      expect(ones).toEqual(numbers(4, 3 + ones.length));
      for (const { status } of [first, second].map(({ subscription }) => subscription!))
        expect(status.value).toMatchObject({ repeated: 0, broken: 0 });
    },
  },
  {
    name: "goes on with the others when one subscription is refused",
    async run(scene) {
      const { shared, topic } = scene;
      const client = await scene.client();
      const good = listen(client, { topics: [topic], after: "start" });
      const wrong = listen(client, { topics: ["not a topic"] });
      const unknown = listen(client, { topics: [topic], profile: "nobody" });
      const late = listen(client, { topics: [topic], after: "start" });
      await shared.count(topic, 1, 2);
      await expectSoon(() => [good.data, late.data]).toEqual([numbers(1, 2), numbers(1, 2)]);
      const [first, second] = await Promise.all([wrong.subscription?.done, unknown.subscription?.done]);
      expect(first).toBeInstanceOf(ClientError);
      expect(first).toMatchObject({ code: "invalid_topic", status: 400 });
      expect(second).toMatchObject({ code: "profile_unknown", status: 400 });
      await shared.count(topic, 3, 3);
      await expectSoon(() => [good.data, late.data]).toEqual([numbers(1, 3), numbers(1, 3)]);
      await expectSoon(() => client.state.value.state).toBe("live");
    },
  },
];
