import { expect } from "vitest";
import { expectSoon, listen, numbers } from "../listener.ts";
import type { Case } from "../scene.ts";

/** Prices of two shares, the last of which are 5 and 6. */
const prices = numbers(1, 6).map((data) => ({
  type: "price",
  attributes: { share: data % 2 === 0 ? "even" : "odd" },
  data,
}));

export const gaps: readonly Case[] = [
  {
    name: "is told of what a policy `latest` leaves out: slow",
    async run(scene) {
      const { shared, topic } = scene;
      await shared.count(topic, 1, 5);
      const client = await scene.client();
      const heard = listen(client, { topics: [topic], after: "start", delivery: { policy: "latest", keep: 2 } });
      await expectSoon(() => heard.data).toEqual([4, 5]);
      expect(heard.gaps).toMatchObject([{ reason: "slow", dropped: 3 }]);
      expect(heard.updates.map(({ kind }) => kind)).toEqual(["gap", "events"]);
    },
  },
  {
    name: "is told of what newer events of the same key make up for: superseded",
    async run(scene) {
      const { shared, topic } = scene;
      await shared.publish(topic, prices);
      const client = await scene.client();
      const delivery = { policy: "conflate", key: "share" } as const;
      const heard = listen(client, { topics: [topic], after: "start", delivery });
      await expectSoon(() => heard.data).toEqual([5, 6]);
      expect(heard.gaps).toMatchObject([{ reason: "superseded", dropped: 4 }]);
    },
  },
  {
    name: "is told of what retention took before it came: trimmed",
    async run(scene) {
      const { shared, topic } = scene;
      const trimmed = `trimmed.${topic}`;
      const { cursor } = await shared.count(trimmed, 1, 1);
      await shared.count(trimmed, 2, 6);
      await shared.trimmedTo(trimmed, 2);
      const client = await scene.client();
      const heard = listen(client, { topics: [trimmed], after: cursor });
      await expectSoon(() => heard.data).toEqual([5, 6]);
      expect(heard.gaps).toMatchObject([{ reason: "trimmed" }]);
    },
  },
  {
    name: "is told that another filter may have hidden older events: scope",
    async run(scene) {
      const { shared, topic } = scene;
      await shared.publish(topic, prices);
      const client = await scene.client();
      const heard = listen(client, { topics: [topic], filter: { exact: { share: "odd" } }, after: "start" });
      await expectSoon(() => heard.data).toEqual([1, 3, 5]);
      heard.subscription?.change({ filter: { exact: { share: "even" } } });
      await expectSoon(() => heard.gaps).toMatchObject([{ reason: "scope", from: 0 }]);
      await shared.publish(topic, prices);
      await expectSoon(() => heard.data).toEqual([1, 3, 5, 2, 4, 6]);
    },
  },
  {
    name: "is told that the log is another one, and reads that from its start: reset",
    async run(scene) {
      const { shared, topic } = scene;
      await shared.count(topic, 1, 3);
      const client = await scene.client();
      const heard = listen(client, { topics: [topic], after: "another:500", scope: "unknown" });
      await expectSoon(() => heard.data).toEqual(numbers(1, 3));
      expect(heard.gaps).toEqual([{ reason: "reset", to: 0 }]);
      expect(heard.updates[0]?.kind).toBe("gap");
    },
  },
];
