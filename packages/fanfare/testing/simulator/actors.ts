import { parsePattern } from "@fanfare/protocol";
import { memoryLog } from "../../src/memory.ts";
import { comeBack, flock, join, leave } from "./arriving.ts";
import type { SimulatedClient } from "./client.ts";
import { renew, revoke } from "./credentials.ts";
import { iterate } from "./iterating.ts";
import { publish, publishElsewhere } from "./publishing.ts";
import { readPage } from "./reading.ts";
import { restart } from "./restarting.ts";
import { signal } from "./signalling.ts";
import { acknowledge, subscribe, unsubscribe } from "./subscribing.ts";
import type { SubscriptionRecord } from "./subscription-record.ts";
import type { World } from "./world.ts";

/** Something that somebody may do, and how often compared with the rest. */
type Actor = readonly [weight: number, act: (world: World) => void];

const ACTORS: readonly Actor[] = [
  [30, publish],
  [6, publishElsewhere],
  [8, join],
  [3, flock],
  [10, (world) => withClient(world, (client) => subscribe(world, client))],
  [3, (world) => withSubscription(world, unsubscribe)],
  [5, (world) => withClient(world, (client) => leave(world, client))],
  [6, comeBack],
  [4, (world) => withClient(world, (client) => renew(world, client))],
  [8, signal],
  [4, (world) => withSubscription(world, acknowledge, ({ params }) => params.consumer !== undefined)],
  [6, readPage],
  [2, iterate],
  [2, trim],
  [1, revoke],
  [0.5, restart],
];
const WEIGHT = ACTORS.reduce((sum, [weight]) => sum + weight, 0);

/** Somebody does something. */
export function act(world: World): void {
  let left = world.chance.next() * WEIGHT;
  const actor = ACTORS.find(([weight]) => (left -= weight) < 0) ?? ACTORS[0];
  actor?.[1](world);
}

/** Retention comes by. */
function trim({ chance, storage, runtime, findings, call }: World): void {
  const topics = parsePattern(chance.pick([">", "a.>", "*.one"]));
  const rules = [{ topics, maxEvents: chance.between(0, 6) }];
  call(async () => {
    const removed = await memoryLog(storage).trim({ rules, now: runtime.now() });
    if (removed > 0) findings.count("trims");
    findings.note(() => `${removed} events of ${topics} are trimmed`);
  });
}

function withClient({ openClients, chance }: World, visit: (client: SimulatedClient) => void): void {
  if (openClients.length > 0) visit(chance.pick(openClients));
}

function withSubscription(
  world: World,
  visit: (world: World, client: SimulatedClient, record: SubscriptionRecord) => void,
  wanted: (record: SubscriptionRecord) => boolean = () => true,
): void {
  const candidates = world.openClients.flatMap((client) =>
    [...client.subscriptions.values()].filter(wanted).map((record) => ({ client, record })),
  );
  if (candidates.length === 0) return;
  const { client, record } = world.chance.pick(candidates);
  visit(world, client, record);
}
