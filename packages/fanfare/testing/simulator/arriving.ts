import type { Identity } from "../../src/core/identity.ts";
import type { SimulatedClient } from "./client.ts";
import { connect, randomActor } from "./connecting.ts";
import { mayUse } from "./oracle.ts";
import { randomAfter, resume, subscribe } from "./subscribing.ts";
import { PROFILES, randomFilter, randomPolicy, topicsFor } from "./vocabulary.ts";
import type { World } from "./world.ts";

/** A new client comes with some wishes. */
export function join(world: World): void {
  const { chance, scenario } = world;
  if (world.openClients.length >= scenario.clients) return;
  const identity = randomActor(world);
  const profile = randomProfile(world, identity);
  const client = connect(world, identity, profile);
  if (client === undefined) return;
  for (let count = chance.between(1, 3); count > 0; count -= 1) subscribe(world, client);
}

/** Several come at once and want nearly the same, so that they share cohorts, reads and frames. */
export function flock(world: World): void {
  const { chance } = world;
  const identity = randomActor(world);
  const profile = randomProfile(world, identity);
  const wish = {
    topics: topicsFor(chance, identity),
    filter: chance.maybe(0.5) ? randomFilter(chance) : undefined,
    profile: undefined,
    consumer: undefined,
    after: randomAfter(world),
    delivery: randomPolicy(chance),
  };
  for (let count = chance.between(2, 5); count > 0; count -= 1) {
    const client = connect(world, identity, profile);
    if (client === undefined) return;
    subscribe(world, client, chance.maybe(0.2) ? { ...wish, delivery: randomPolicy(chance) } : wish);
    if (chance.maybe(0.3)) subscribe(world, client, chance.maybe(0.5) ? { ...wish, after: "now" } : wish);
  }
}

function randomProfile({ chance, rules }: World, identity: Identity): string | undefined {
  if (chance.maybe(0.4)) return undefined;
  return chance.pick([undefined, ...PROFILES.map(({ name }) => name)].filter((name) => mayUse(rules, identity, name)));
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
