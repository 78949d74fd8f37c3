import { parseTopic, type EventInput } from "@fanfare/protocol";
import { randomActor } from "./connecting.ts";
import { mayTouch } from "./oracle.ts";
import { randomEvent, TOPICS } from "./vocabulary.ts";
import type { World } from "./world.ts";

/** Somebody publishes, and does so again when it is not told whether the log took it. */
export function publish(world: World): void {
  const { chance, publishes, findings, rules } = world;
  const node = chance.pick(world.nodes);
  const identity = randomActor(world);
  const events = randomEvents(world);
  const may = (topic: string): boolean =>
    events.every(({ type, attributes = {}, id = "" }) =>
      mayTouch(rules, identity, "publish", { topic: parseTopic(topic), id, type, attributes }),
    );
  const within = TOPICS.filter(may);
  const topic = chance.pick(within.length === 0 || chance.maybe(0.2) ? TOPICS : within);
  const allowed = may(topic);
  const retries = chance.maybe(0.5) ? 3 : 0;
  findings.note(() => `publish ${topic} ${JSON.stringify(events)}`);
  world.call(async () => {
    for (let attempt = 0; attempt <= retries; attempt += 1) {
      const result = await publishes.run(topic, events, allowed, () =>
        node.hub.publish(topic, events, { as: identity }),
      );
      for (const { position } of result ?? []) node.acknowledged = Math.max(node.acknowledged, position);
      if (result !== undefined) return;
    }
  });
}

/** Some of them under ids that others have too, with the same content or another. */
function randomEvents(world: World): readonly EventInput[] {
  const { chance } = world;
  return Array.from({ length: chance.maybe(0.7) ? 1 : chance.between(2, 6) }, () => {
    if (chance.maybe(0.1)) return { type: "made", data: chance.between(0, 1), id: `id-${chance.between(0, 4)}` };
    const event = randomEvent(chance, world.name());
    return chance.maybe(0.5) ? event : { ...event, id: `given-${world.name()}` };
  });
}

/** Another process commits something, of which the hubs only learn by following. */
export function publishElsewhere(world: World): void {
  const batch = Array.from({ length: world.chance.between(1, 4) }, () => world.draft());
  world.findings.note(() => `elsewhere ${JSON.stringify(batch)}`);
  world.storage.commit(batch);
}
