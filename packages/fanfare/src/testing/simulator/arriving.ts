import type { SimulatedClient } from "./client.ts";
import { connect, randomActor } from "./connecting.ts";
import { mayUse } from "./oracle.ts";
import { resume, subscribe } from "./subscribing.ts";
import { PROFILES } from "./vocabulary.ts";
import type { World } from "./world.ts";

/** A new client comes with some wishes. */
export function join(world: World): void {
  const { chance, scenario } = world;
  if (world.openClients.length >= scenario.clients) return;
  const identity = randomActor(world);
  const allowed = [undefined, ...PROFILES.map(({ name }) => name)].filter((name) =>
    mayUse(world.rules, identity, name),
  );
  const profile = chance.maybe(0.4) ? undefined : chance.pick(allowed);
  const client = connect(world, identity, profile);
  if (client === undefined) return;
  for (let count = chance.between(1, 3); count > 0; count -= 1) subscribe(world, client);
}

/** Most of those who leave come back with what they know. */
export function leave(world: World, client: SimulatedClient): void {
  const records = [...client.subscriptions.values()];
  client.leave();
  world.findings.note(() => `${client.options.name} leaves`);
  if (world.chance.maybe(0.8)) resume(world, client, records);
}

/** Who was sent away comes back with what it knows. */
export function comeBack(world: World): void {
  const sent = [...world.clients].filter(
    ({ closedWith, cameBack }) => !cameBack && (closedWith === 4408 || closedWith === 1001),
  );
  if (sent.length === 0) return;
  const client = world.chance.pick(sent);
  client.cameBack = true;
  resume(world, client, client.over.slice(-3));
}
