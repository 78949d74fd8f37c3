import { checkHistory } from "../../src/testing/history/history-checker.ts";
import type { SubscriptionHistory } from "../../src/testing/history/history.ts";
import { act } from "./actors.ts";
import type { SubscriptionRecord } from "./subscription-record.ts";
import { World } from "./world.ts";

export interface SimulationOptions {
  /** Told of everything that happens, for somebody who replays a seed. */
  readonly trace?: ((line: string) => void) | undefined;
}

export interface SimulationReport {
  readonly seed: number;
  /** Empty when every promise was kept. */
  readonly violations: readonly string[];
  /** How often the simulation came to each situation that it is there for. */
  readonly counts: ReadonlyMap<string, number>;
}

/** Tasks that may run without an end in sight. */
const MAX_TASKS = 50_000;

/** Virtual time within which everybody must have everything once all take what comes. */
const REST_MS = 30_000;

/**
 * Plays one random history of a hub (or two on one log) whose log answers late and in pieces, whose clients join,
 * stall, leave and come back while others publish, and holds all that anybody was told against what was committed.
 * The same seed plays the same history.
 */
export async function simulate(seed: number, { trace }: SimulationOptions = {}): Promise<SimulationReport> {
  const world = new World(seed, trace);
  for (let left = world.scenario.actions; left > 0;) if (await step(world)) left -= 1;
  await comeToRest(world);
  check(world);
  for (const { hub } of world.nodes) await world.run(() => world.call(() => hub.close()));
  await settle(world);
  if (world.calls > 0) world.findings.report(`${world.calls} calls never came back`);
  const { violations, counts } = world.findings;
  return { seed, violations, counts };
}

/** Something happens; `true` when it was somebody's doing. */
async function step(world: World): Promise<boolean> {
  const { chance, runtime, agenda, scenario } = world;
  const stalled = world.openClients.filter(({ stalledSince, options }) => stalledSince !== undefined && !options.dead);
  const choices: readonly (readonly [weight: number, happen: () => void | Promise<void>])[] = [
    [4, () => world.run(() => act(world))],
    [4 * scenario.diligence, () => world.run(() => runtime.runSoon())],
    [4 * scenario.diligence, () => world.run(() => agenda.runOne())],
    [stalled.length > 0 ? 1 : 0, () => world.run(() => chance.pick(stalled).drained())],
    [scenario.haste * 10, () => passTime(world)],
  ];
  let left = chance.next() * choices.reduce((sum, [weight]) => sum + weight, 0);
  const index = choices.findIndex(([weight]) => (left -= weight) < 0);
  await choices[index]?.[1]();
  return index === 0;
}

/** A little, or much at once. */
async function passTime(world: World): Promise<void> {
  const { chance, runtime } = world;
  if (chance.maybe(0.3)) return world.run(() => runtime.sleep(chance.between(1, 50)));
  for (let timers = chance.maybe(0.8) ? 1 : chance.between(5, 40); timers > 0; timers -= 1) {
    await world.run(() => runtime.runTimer());
    while (runtime.waiting > 0) await world.run(() => runtime.runSoon());
    checkPatience(world);
  }
}

/** Whoever takes nothing for too long must have been given up by the next look at it. */
function checkPatience({ openClients, runtime, scenario, findings }: World): void {
  const { stallTimeoutMs, heartbeatMs } = scenario.hub;
  for (const { options, stalledSince = Infinity } of openClients)
    if (runtime.now() - stalledSince > stallTimeoutMs + heartbeatMs) findings.report(`${options.name} stalls for ever`);
}

/** Runs what can run without time passing. */
async function settle(world: World): Promise<void> {
  const { runtime, agenda, chance } = world;
  for (let tasks = 0; runtime.waiting + agenda.size > 0; tasks += 1) {
    if (tasks > MAX_TASKS) return world.findings.report("the hub never comes to rest");
    const soon = runtime.waiting > 0 && (agenda.size === 0 || chance.maybe(0.5));
    await world.run(() => (soon ? runtime.runSoon() : agenda.runOne()));
  }
}

/** First without the stalled clients, for whom nobody may wait; then they take what comes. */
async function comeToRest(world: World): Promise<void> {
  const { scenario, publishes, findings, runtime } = world;
  scenario.faults.readFailure = 0;
  scenario.faults.appendFailure = 0;
  await settle(world);
  if (publishes.open > 0) findings.report(`${publishes.open} publishes wait for clients that take nothing`);
  world.resting = true;
  for (const loop of world.loops) await world.run(() => loop.close());
  for (const client of world.openClients)
    if (client.stalledSince !== undefined) await world.run(() => client.drained());
  const end = runtime.now() + REST_MS;
  for (;;) {
    await settle(world);
    if ((behind(world).length === 0 && world.calls === 0) || runtime.now() > end) return;
    await world.run(() => runtime.runTimer());
  }
}

/** Running subscriptions that have not been told that they are complete up to the log's end. */
function behind({ openClients, epoch, head }: World): readonly SubscriptionRecord[] {
  return openClients.flatMap(({ subscriptions }) =>
    [...subscriptions.values()].filter(({ started, cursor }) => started && cursor !== `${epoch}:${head}`),
  );
}

function check(world: World): void {
  const { findings, storage, scenario, head } = world;
  for (const { name, cursor } of behind(world)) findings.report(`${name} was left behind at ${cursor}, of ${head}`);
  for (const log of world.logs) {
    const { replays = Infinity } = scenario.hub.limits ?? {};
    if (log.mostReading > replays) findings.report(`${log.mostReading} reads at once, of ${replays}`);
  }
  for (const { identity, options } of world.openClients)
    if (world.isRevoked(identity)) findings.report(`${options.name} is still there against the rules`);
  world.signals.checkNothingOwed();
  world.publishes.check(world.committed);
  const log = { epoch: world.epoch, events: world.events, trimmed: Object.fromEntries(storage.trimmed) };
  for (const { message } of checkHistory({ log, subscriptions: histories(world) })) findings.report(message);
}

function histories({ clients, histories: pages, head }: World): readonly SubscriptionHistory[] {
  const told = [...clients].flatMap(({ subscriptions, over }) => [
    ...[...subscriptions.values()].flatMap((record) => record.histories(record.started ? head : undefined)),
    ...over.flatMap((record) => record.histories()),
  ]);
  return [...told, ...pages];
}
