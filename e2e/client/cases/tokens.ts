import { expect } from "vitest";
import type { Claims } from "../hub-process.ts";
import { expectSoon, listen, statesOf } from "../listener.ts";
import type { Case } from "../scene.ts";

const ROOT: Claims = { sub: "root" };

/** Seconds since 1970, so many seconds from now. */
const inSeconds = (count: number): number => Math.floor(Date.now() / 1000) + count;

/** For five seconds after its end a token is still taken, since clocks differ. */
const LEEWAY = 5;

export const tokens: readonly Case[] = [
  {
    name: "renews its credential in good time, keeps the connection, and is told when it may see more: scope",
    async run(scene) {
      const { topic, guarded: hub } = scene;
      const narrow = [{ do: ["subscribe"], topics: [topic], filter: { exact: { shown: true } } }];
      let asked = 0;
      const token = (): string => {
        asked += 1;
        return asked === 1
          ? hub.token({ sub: topic, grants: narrow, exp: inSeconds(2 - LEEWAY) })
          : hub.token({ sub: topic, exp: inSeconds(60) });
      };
      const publisher = hub.token({ sub: `publisher of ${topic}` });
      const both = (shown: number, hidden: number): Promise<unknown> => {
        const events = [shown, hidden].map((data) => ({ type: "t", data, attributes: { shown: data === shown } }));
        return hub.publish(topic, events, publisher);
      };
      const client = scene.clientOf(await scene.line(hub), { token });
      const states = statesOf(client);
      const heard = listen(client, { topics: [topic], after: "start" });
      await both(1, 2);
      await expectSoon(() => heard.data).toEqual([1]);
      await expectSoon(() => heard.gaps).toMatchObject([{ reason: "scope", from: 0 }]);
      const past = inSeconds(1) * 1_000;
      await expectSoon(() => Date.now()).toBeGreaterThan(past);
      await both(3, 4);
      await expectSoon(() => heard.data).toEqual([1, 3, 4]);
      expect(asked).toBe(2);
      expect(states.filter((state) => state === "connecting").length).toBe(1);
      expect(heard.gaps.length).toBe(1);
    },
  },
  {
    name: "comes back with another credential after the old one was revoked",
    async run(scene) {
      const { topic, guarded: hub } = scene;
      let asked = 0;
      const token = async (): Promise<string> => {
        asked += 1;
        return Promise.resolve(hub.token({ sub: topic, jti: `${topic} ${asked}` }));
      };
      const client = scene.clientOf(await scene.line(hub), { token });
      const heard = listen(client, { topics: [topic], after: "start" });
      await hub.count(topic, 1, 2);
      await expectSoon(() => heard.data).toEqual([1, 2]);
      expect(await hub.post("/api/v1/tokens/revoke", { jti: `${topic} 1` }, hub.token(ROOT))).toBe(200);
      await hub.count(topic, 3, 4);
      await expectSoon(() => heard.data).toEqual([1, 2, 3, 4]);
      expect(asked).toBe(2);
      expect(heard.gaps).toEqual([]);
    },
  },
  {
    name: "stops, and says why, when its credential was revoked and there is no other; `start` tries again",
    async run(scene) {
      const { topic, guarded: hub } = scene;
      const token = hub.token({ sub: topic, jti: topic });
      const client = scene.clientOf(await scene.line(hub), { token });
      const heard = listen(client, { topics: [topic], after: "start" });
      await expectSoon(() => client.state.value.state).toBe("live");
      expect(await hub.post("/api/v1/tokens/revoke", { jti: topic }, hub.token(ROOT))).toBe(200);
      await expectSoon(() => client.state.value).toMatchObject({ state: "stopped", reason: "unauthenticated" });
      client.start();
      expect(client.state.value.state).toBe("connecting");
      await expectSoon(() => client.state.value.state).not.toBe("connecting");
      expect(heard.subscription?.status.value.state).toBe("waiting");
    },
  },
  {
    name: "stops when the end of its only credential comes",
    async run(scene) {
      const { topic, guarded: hub } = scene;
      const client = scene.clientOf(await scene.line(hub), {
        token: hub.token({ sub: topic, exp: inSeconds(2 - LEEWAY) }),
      });
      const heard = listen(client, { topics: [topic], after: "start" });
      await hub.count(topic, 1, 1);
      await expectSoon(() => heard.data).toEqual([1]);
      await expectSoon(() => client.state.value).toMatchObject({ state: "stopped", reason: "unauthenticated" });
    },
  },
  {
    name: "does not come in without a credential, and comes in once the application has one",
    async run(scene) {
      const { topic, guarded: hub, way } = scene;
      let token: string | undefined;
      const client = scene.clientOf(await scene.line(hub), { token: () => token });
      const heard = listen(client, { topics: [topic], after: "start" });
      await hub.count(topic, 1, 2);
      // A WebSocket alone is not told why it does not open, so it goes on asking.
      const refused =
        way.name === "a WebSocket" ? { state: "waiting" } : { state: "stopped", reason: "unauthenticated" };
      await expectSoon(() => client.state.value).toMatchObject(refused);
      token = hub.token({ sub: topic });
      client.start();
      await expectSoon(() => heard.data).toEqual([1, 2]);
    },
  },
  {
    name: "goes on with what is granted when something else is not",
    async run(scene) {
      const { topic, guarded: hub } = scene;
      const grants = [{ do: ["subscribe"], topics: [topic] }];
      const client = scene.clientOf(await scene.line(hub), { token: hub.token({ sub: topic, grants }) });
      const wrong = listen(client, { topics: ["elsewhere"] });
      const good = listen(client, { topics: [topic], after: "start" });
      await hub.count(topic, 1, 2);
      await expectSoon(() => good.data).toEqual([1, 2]);
      expect(await wrong.subscription?.done).toMatchObject({ code: "forbidden", status: 403 });
      await expect(client.publish(topic, { type: "t" })).rejects.toMatchObject({ code: "forbidden" });
      await expectSoon(() => client.state.value.state).toBe("live");
    },
  },
];
