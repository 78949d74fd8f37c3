import { isFanfareError } from "@fanfare/protocol";
import { OPEN, ROOT, type Identity } from "../../src/core/identity.ts";
import { SimulatedClient } from "./client.ts";
import { mayUse } from "./oracle.ts";
import { GOING } from "./publish-book.ts";
import { randomIdentity } from "./vocabulary.ts";
import type { World } from "./world.ts";

export const SUBS = ["ada", "bob"] as const;

export function randomActor({ chance, runtime }: World): Identity {
  if (chance.maybe(0.25)) return ROOT;
  if (chance.maybe(0.15)) return OPEN;
  return randomIdentity(chance, chance.pick(SUBS), runtime.now());
}

/** Brings a client to a hub; `undefined` where the rules keep it out. */
export function connect(world: World, identity: Identity, profile: string | undefined): SimulatedClient | undefined {
  const { chance, scenario, findings } = world;
  const node = chance.pick(world.nodes);
  const laziness = chance.pick(scenario.laziness);
  const client = new SimulatedClient(identity, {
    name: `client ${world.name()}`,
    node,
    wire: chance.pick(world.wires),
    profile,
    tires: () => !world.resting && chance.maybe(laziness),
    dead: chance.maybe(0.15),
    world,
  });
  const validity = world.validity(identity);
  const allowed = mayUse(world.rules, identity, profile) && validity !== "refused";
  // A hub that is still opening its log knows of no revocation yet and lets no credential in.
  const welcome = allowed && validity === "good" && !node.closing && (node.ready || identity.kind !== "user");
  try {
    client.session = node.hub.connect(client, { identity, profile, transport: "websocket" });
    if (!allowed) findings.report(`${client.options.name} was let in against the rules`);
  } catch (error) {
    const code = isFanfareError(error) ? error.code : String(error);
    findings.count(`connect ${code}`);
    if (welcome || (code !== "forbidden" && !GOING.has(code)))
      findings.report(`${client.options.name} was kept out with ${code}`);
    return undefined;
  }
  findings.count("joins");
  findings.note(() => `${client.options.name} joins as ${JSON.stringify(identity)} with ${profile}`);
  world.clients.add(client);
  return client;
}
