import { ClientError, type CursorStorage } from "@fanfare/client";
import { expect } from "vitest";
import type { HubProcess } from "../hub-process.ts";
import { expectSoon, listen, numbers, provenTo } from "../listener.ts";
import type { Case, Scene } from "../scene.ts";

/** A storage that outlives its application, and answers later as files do. */
class Shelf implements CursorStorage {
  readonly #kept = new Map<string, string>();

  async getItem(key: string): Promise<string | null> {
    await Promise.resolve();
    return this.#kept.get(key) ?? null;
  }

  async setItem(key: string, value: string): Promise<void> {
    await Promise.resolve();
    this.#kept.set(key, value);
  }

  get values(): readonly string[] {
    return [...this.#kept.values()];
  }
}

/** The sum of a topic's events, as a server of snapshots would know it. */
async function sumOf(hub: HubProcess, topic: string): Promise<{ state: number; cursor: string }> {
  const response = await fetch(`${hub.url}/api/v1/events?topic=${topic}&limit=1000`);
  const { events, cursor } = (await response.json()) as { events: { data: number }[]; cursor: string };
  return { state: events.reduce((sum, { data }) => sum + data, 0), cursor };
}

async function goesOnFrom(scene: Scene, storage: CursorStorage, first: number, last: number): Promise<void> {
  const { shared, topic } = scene;
  const client = await scene.client();
  const heard = listen(client, { topics: [topic], after: "start", storage, key: "orders" });
  await shared.count(topic, first, last);
  await expectSoon(() => heard.data).toEqual(numbers(first, last));
  expect(heard.gaps).toEqual([]);
  await expectSoon(() => provenTo(heard.subscription)).toBeGreaterThanOrEqual(heard.events.at(-1)?.position ?? 0);
  client.close();
}

export const places: readonly Case[] = [
  {
    name: "begins with a snapshot, and with another one when events are missing",
    async run(scene) {
      const { shared, topic } = scene;
      const trimmed = `trimmed.${topic}`;
      const line = await scene.line();
      const client = scene.clientOf(line);
      await shared.count(trimmed, 1, 2);
      let loads = 0;
      const snapshot = (): Promise<{ state: number; cursor: string }> => {
        loads += 1;
        return sumOf(shared, trimmed);
      };
      const heard = listen(client, { topics: [trimmed], snapshot });
      await shared.count(trimmed, 10, 10);
      await expectSoon(() => heard.data.at(-1) ?? heard.updates.at(-1)).toBeDefined();
      await expectSoon(() => client.state.value.state).toBe("live");
      line.mood = "refuses";
      line.cut();
      await expectSoon(() => client.state.value.state).toBe("waiting");
      await shared.count(trimmed, 20, 25);
      await shared.trimmedTo(trimmed, 2);
      line.mood = "passes";
      await expectSoon(() => heard.updates.at(-1)).toMatchObject({ kind: "snapshot", state: 24 + 25 });
      expect(heard.gaps).toMatchObject([{ reason: "trimmed" }]);
      expect(loads).toBe(2);
      await shared.count(trimmed, 30, 30);
      await expectSoon(() => heard.data.at(-1)).toBe(30);
    },
  },
  {
    name: "tries a snapshot again that could not be loaded, and reports it",
    async run(scene) {
      const { shared, topic, errors } = scene;
      await shared.count(topic, 1, 3);
      const client = await scene.client();
      let loads = 0;
      const snapshot = async (): Promise<{ state: number; cursor: string }> => {
        loads += 1;
        if (loads < 3) throw new Error("no state today");
        return sumOf(shared, topic);
      };
      const heard = listen(client, { topics: [topic], snapshot });
      await expectSoon(() => heard.updates).toMatchObject([{ kind: "snapshot", state: 6 }]);
      expect(errors.splice(0).map(String)).toEqual(["Error: no state today", "Error: no state today"]);
      await shared.count(topic, 4, 4);
      await expectSoon(() => heard.data).toEqual([4]);
    },
  },
  {
    name: "goes on where the application was when it ran last",
    async run(scene) {
      const storage = new Shelf();
      await goesOnFrom(scene, storage, 1, 3);
      await goesOnFrom(scene, storage, 4, 5);
      expect(storage.values.map((value) => Object.keys(JSON.parse(value)))).toEqual([["cursor", "scope"]]);
    },
  },
  {
    name: "is told by its storage's scope that the application asks for something else now",
    async run(scene) {
      const storage = new Shelf();
      await goesOnFrom(scene, storage, 1, 2);
      const client = await scene.client();
      const filter = { exact: { type: "other" } };
      const heard = listen(client, { topics: [scene.topic], filter, storage, key: "orders" });
      await expectSoon(() => heard.gaps).toMatchObject([{ reason: "scope" }]);
    },
  },
  {
    name: "lets the hub keep its place: a consumer goes on after what was dealt with",
    async run(scene) {
      const { shared, topic } = scene;
      const consumer = `consumer of ${topic}`;
      const first = await scene.client();
      await shared.count(topic, 1, 3);
      const begun = listen(first, { topics: [topic], after: "start", consumer });
      await expectSoon(() => begun.data).toEqual(numbers(1, 3));
      await expectSoon(() => shared.placeOf(consumer)).toBeGreaterThanOrEqual(begun.events.at(-1)?.position ?? 0);
      await shared.count(topic, 4, 4);
      await expectSoon(() => begun.data).toEqual(numbers(1, 4));
      const second = await scene.client();
      // What the first one's last acknowledgement has not reached, the second one gets again.
      const goesOn = listen(second, { topics: [topic], consumer });
      const ended = await begun.subscription?.done;
      expect(ended).toBeInstanceOf(ClientError);
      expect(ended).toMatchObject({ code: "consumer_taken" });
      await shared.count(topic, 5, 6);
      await expectSoon(() => goesOn.data.slice(-2)).toEqual([5, 6]);
      expect(numbers(1, 6).slice(-goesOn.data.length)).toEqual(goesOn.data);
      expect(goesOn.data.length).toBeLessThanOrEqual(3);
      expect(begun.data).toEqual(numbers(1, 4));
    },
  },
];
