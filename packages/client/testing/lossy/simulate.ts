import type { Occurrence } from "@fanfare/client";
import type { Application } from "./application.ts";
import { World } from "./world.ts";

/** What came of one round. */
export interface LossyReport {
  readonly seed: number;
  /** Empty when every promise was kept. */
  readonly violations: readonly string[];
  /** How often the round came to each situation that it is there for. */
  readonly counts: ReadonlyMap<string, number>;
}

/** Virtual time within which everybody must have everything, once nothing goes wrong any more. */
const REST_MS = 120_000;

const OCCURRENCES: readonly Occurrence[] = ["online", "offline", "awake", "asleep"];

/**
 * Plays one random history of applications that read and publish over a network that drops, delays, duplicates and reorders
 * frames, and cuts, stalls and refuses links, while the hub trims its log and restarts; and holds all that they were
 * told, and all that they published, against what was committed. The same seed plays the same history.
 */
export async function simulateLossy(seed: number, trace?: (line: string) => void): Promise<LossyReport> {
  await using world = new World(seed, trace);
  for (const application of world.applications) application.start();
  for (let left = world.chance.between(20, 60); left > 0; left -= 1) {
    await act(world);
    if (world.chance.maybe(0.7)) await world.hub.advance(world.chance.between(0, 1_500));
  }
  await comeToRest(world);
  const { violations, counts } = world.findings;
  return { seed, violations: [...violations], counts };
}

async function act(world: World): Promise<void> {
  const { chance, findings, applications } = world;
  const application = chance.pick(applications);
  const { network } = application;
  const choices: readonly (readonly [weight: number, name: string, act: () => void | Promise<void>])[] = [
    [8, "publishes of others", () => world.publish()],
    [8, "publishes", () => application.publish()],
    [3, "troubles", () => trouble(application, world)],
    [1, "calms", () => network.calm()],
    [2, "cuts", () => network.cut(chance.maybe(0.5) ? {} : { code: chance.pick([1001, 1011, 4408, 4429]) })],
    [1, "stalls", () => network.stall(chance.pick([undefined, "hub", "client"]))],
    [3, "resumes", () => network.resume()],
    [1, "refusals", () => void network.refuse({ times: chance.between(1, 3), ...refusal(world) })],
    [2, "trims", async () => findings.count("trimmed", await world.ledger.trim(">", chance.between(0, 5)))],
    [1, "hub restarts", () => restart(world)],
    [2, "changes", () => application.change()],
    [1, "application restarts", () => application.restart()],
    [1, "occurrences", () => application.happen(chance.pick(OCCURRENCES))],
  ];
  let left = chance.next() * choices.reduce((sum, [weight]) => sum + weight, 0);
  const [, name = "", does] = choices.find(([weight]) => (left -= weight) < 0) ?? [];
  findings.count(name);
  findings.note(() => `— ${name}`);
  await does?.();
}

function trouble({ network }: Application, { chance }: World): void {
  const often = (): number => (chance.maybe(0.5) ? 0 : chance.next() * 0.2);
  const rates = { drop: often(), duplicate: often(), reorder: often(), cut: often() / 10 };
  network.random({ ...rates, delayMs: chance.maybe(0.5) ? 0 : chance.between(1, 500) });
}

function refusal({ chance }: World): { readonly status?: number; readonly retryAfterMs?: number } {
  return chance.pick([{}, { status: 503 }, { status: 503, retryAfterMs: 2_000 }, { status: 429 }]);
}

async function restart({ chance, hub, ledger, findings }: World): Promise<void> {
  await hub.restart();
  if (!chance.maybe(0.3)) return;
  findings.count("wipes");
  ledger.look();
  await hub.restart({ wipe: true });
}

async function comeToRest(world: World): Promise<void> {
  const { hub, findings, applications, publishes } = world;
  findings.note(() => "— everything is calm now");
  world.troubled = false;
  for (const { network } of applications) network.calm();
  for (const application of applications) application.happen("online");
  for (const application of applications) application.happen("awake");
  const resting = (): boolean => applications.every((application) => application.resting);
  await hub.until(resting, REST_MS).catch(() => findings.report(`not everybody has everything after ${REST_MS} ms`));
  await hub.settle();
  publishes.check();
  for (const application of applications) application.checkRest();
}
