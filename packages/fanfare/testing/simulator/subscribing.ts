import { isFanfareError, type SubscribeParams, type SubscribeResult } from "@fanfare/protocol";
import type { Identity } from "../../src/core/identity.ts";
import { connect, randomActor } from "./connecting.ts";
import type { SimulatedClient } from "./client.ts";
import { mayAsk, mayUse, policyOf, profileOf } from "./oracle.ts";
import { GOING } from "./publish-book.ts";
import { SubscriptionRecord } from "./subscription-record.ts";
import { PROFILES, randomFilter, randomPolicy, topicsFor } from "./vocabulary.ts";
import type { World } from "./world.ts";

const IDS = ["1", "2", "3"] as const;
const CONSUMERS = ["inbox", "mirror"] as const;
const BEYOND = 1_000_000;

/** A cursor, or a word for one: right, old, of the future or of another log. */
export function randomAfter({ chance, epoch, head }: World): string {
  switch (chance.between(0, 9)) {
    case 0:
    case 1:
    case 2:
      return "start";
    case 3:
    case 4:
    case 5:
      return "now";
    case 6:
      return chance.maybe(0.5) ? `${epoch}:${head + BEYOND}` : `other:${chance.between(0, 50)}`;
    default:
      return `${epoch}:${chance.between(0, head)}`;
  }
}

/** Opens a subscription and starts it some time after its answer, as a transport does. */
export function subscribe(world: World, client: SimulatedClient, wish: Partial<SubscribeParams> = {}): void {
  const { chance } = world;
  const id = IDS.find((candidate) => !client.subscriptions.has(candidate) && !client.opening.has(candidate));
  if (id === undefined || !client.open) return;
  const params: SubscribeParams = {
    subscription: id,
    topics: topicsFor(chance, client.identity),
    filter: chance.maybe(0.5) ? randomFilter(chance) : undefined,
    profile: chance.maybe(0.2) ? chance.pick(PROFILES).name : undefined,
    delivery: chance.maybe(0.5) ? randomPolicy(chance) : undefined,
    ...(chance.maybe(0.15) ? { consumer: chance.pick(CONSUMERS) } : { after: randomAfter(world) }),
    ...wish,
  };
  client.opening.add(id);
  world.call(() => open(world, client, params).finally(() => client.opening.delete(id)));
}

export function unsubscribe(world: World, client: SimulatedClient, record: SubscriptionRecord): void {
  try {
    const cursor = client.session?.unsubscribe(record.id);
    if (record.told && cursor !== record.cursor)
      world.findings.report(`${record.name} was unsubscribed at ${cursor}, but it was told ${record.cursor}`);
  } catch (error) {
    // The hub ended it, and the word of that is on its way.
    if (!isFanfareError(error) || error.code !== "subscription_unknown") throw error;
    return;
  }
  client.remove(record);
  if (world.chance.maybe(0.5)) resume(world, client, [record]);
}

/** Moves a consumer to something that was delivered, now or a while ago. */
export function acknowledge(world: World, client: SimulatedClient, record: SubscriptionRecord): void {
  const { session } = client;
  const { consumer } = record.params;
  if (consumer === undefined || !record.told || session === undefined) return;
  const cursor = world.chance.pick(record.cursors);
  world.call(async () => {
    try {
      world.consumers.acked(client.identity.sub, consumer, cursor, await session.ack(record.id, cursor));
    } catch (error) {
      const code = isFanfareError(error) ? error.code : String(error);
      if (code !== "subscription_unknown" && !GOING.has(code))
        world.findings.report(`${record.name} could not ack: ${code}`);
    }
  });
}

/** The client comes back somewhere, with what it knows of some of its subscriptions. */
export function resume(world: World, client: SimulatedClient, records: readonly SubscriptionRecord[]): void {
  const { chance, findings } = world;
  const identity = chance.maybe(0.7) ? client.identity : randomActor(world);
  world.call(async () => {
    await world.agenda.turn();
    const back = connect(world, identity, chance.maybe(0.8) ? client.options.profile : undefined);
    if (back === undefined) return;
    for (const { params, cursor, scope } of records) {
      findings.count("resumptions");
      const { filter, topics, profile, delivery } = params;
      const other = chance.maybe(0.2) ? { filter: randomFilter(chance) } : { filter };
      subscribe(world, back, { topics, profile, delivery, after: cursor, scope, consumer: undefined, ...other });
    }
  });
}

async function open(world: World, client: SimulatedClient, params: SubscribeParams): Promise<void> {
  const { session, identity } = client;
  if (session === undefined) return;
  const known = client.options.node.acknowledged;
  const consumed = params.after === undefined ? world.consumers.at(identity.sub, params.consumer) : 0;
  const head = world.head;
  try {
    const opening = await session.subscribe(params);
    if (!client.open) return;
    const record = answered(world, client, params, opening.result, head);
    checkHead(world, record, opening.result, known);
    const position = Number(record.cursor.split(":")[1]);
    if (params.after === "now" && position < known)
      world.findings.report(`${record.name} begins now, at ${position}, but ${known} was acknowledged before`);
    if (position < consumed)
      world.findings.report(`${record.name} goes on at ${position}, but ${consumed} was acknowledged by its consumer`);
    await world.agenda.turn();
    opening.start();
    record.started = true;
  } catch (error) {
    refused(world, client, params, identity, error);
  }
}

/** The end that it is told is that of this log, and not before what was acknowledged when it asked. */
function checkHead(world: World, { name }: SubscriptionRecord, result: SubscribeResult, known: number): void {
  const { cursor, head, recovered } = result;
  const [epoch, end] = head.split(":");
  const [own, position] = cursor.split(":");
  if (epoch !== world.epoch || Number(end) < known || Number(end) > world.head)
    world.findings.report(`${name} is told that the log ends at ${head}, but ${known} was acknowledged before`);
  if (recovered && (own !== epoch || Number(position) > Number(end)))
    world.findings.report(`${name} begins at ${cursor}, beyond the end ${head}`);
}

function answered(
  world: World,
  client: SimulatedClient,
  params: SubscribeParams,
  result: SubscribeResult,
  head: number,
): SubscriptionRecord {
  const { findings, rules } = world;
  const { identity } = client;
  const name = `${client.options.name} #${params.subscription}.${world.name()}`;
  if (!mayAsk(rules, identity, params.topics)) findings.report(`${name} was opened against the grants`);
  if (params.profile !== undefined && !mayUse(rules, identity, params.profile))
    findings.report(`${name} got a profile that it must not use`);
  const profile = profileOf(rules, params.profile ?? client.options.profile);
  const { after, scope } = params;
  const record = new SubscriptionRecord(
    {
      name,
      params,
      identity,
      profile,
      result,
      policy: policyOf(profile, params.delivery, world.scenario.hub.flushEvents),
      asked: after === undefined ? {} : { after, scope, head },
    },
    rules,
  );
  findings.note(() => `${name} asks ${JSON.stringify(params)} and is told ${JSON.stringify(result)}`);
  findings.count("subscriptions");
  client.add(record);
  return record;
}

function refused(
  world: World,
  client: SimulatedClient,
  params: SubscribeParams,
  asked: Identity,
  error: unknown,
): void {
  const code = isFanfareError(error) ? error.code : String(error);
  const { findings, rules } = world;
  findings.count(`subscribe ${code}`);
  if (GOING.has(code)) return;
  const allowed = (identity: Identity): boolean =>
    mayAsk(rules, identity, params.topics) && (params.profile === undefined || mayUse(rules, identity, params.profile));
  // A credential that was renewed meanwhile decides by either of its grants.
  if (code !== "forbidden" || (allowed(asked) && allowed(client.identity)))
    findings.report(`${client.options.name} was refused ${JSON.stringify(params)} with ${code}`);
}
