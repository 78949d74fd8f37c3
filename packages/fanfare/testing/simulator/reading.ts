import { isFanfareError, type Delivery } from "@fanfare/protocol";
import { entryEvent } from "../../src/core/entry.ts";
import type { ReadParams, Reading } from "../../src/core/hub.ts";
import type { Identity } from "../../src/core/identity.ts";
import { randomActor } from "./connecting.ts";
import { mayAsk, maySee, mayUse, policyOf, profileOf, show } from "./oracle.ts";
import { GOING } from "./publish-book.ts";
import { randomAfter } from "./subscribing.ts";
import { PROFILES, randomFilter, randomPolicy, topicsFor } from "./vocabulary.ts";
import type { World } from "./world.ts";

/** Somebody reads a page, and perhaps waits for it. */
export function readPage(world: World): void {
  const { chance, findings } = world;
  const node = chance.pick(world.nodes);
  const identity = randomActor(world);
  const params = {
    topics: topicsFor(chance, identity),
    filter: chance.maybe(0.5) ? randomFilter(chance) : undefined,
    after: randomAfter(world),
    profile: chance.maybe(0.3) ? chance.pick(PROFILES).name : undefined,
    limit: chance.between(1, 10),
    waitMs: chance.maybe(0.5) ? chance.between(1, 3_000) : 0,
    delivery: chance.maybe(0.4) ? randomPolicy(chance) : undefined,
  };
  const known = node.acknowledged;
  const { head } = world;
  const allowed = mayAsk(world.rules, identity, params.topics) && mayUse(world.rules, identity, params.profile);
  world.call(async () => {
    try {
      const reading = await node.hub.read(params, { as: identity });
      if (!allowed) findings.report(`a page was read against the rules: ${JSON.stringify(params)}`);
      // A hub that went down hears of no revocation; what it still answers it had read before.
      if (world.isRevoked(identity) && !node.closing)
        findings.report(`a page was given to one whose credential was revoked meanwhile`);
      keep(world, params, reading, { identity, known, head });
    } catch (error) {
      const code = isFanfareError(error) ? error.code : String(error);
      findings.count(`read ${code}`);
      if (!GOING.has(code) && (code !== "forbidden" || allowed))
        findings.report(`a read failed with ${code}: ${JSON.stringify(params)}`);
    }
  });
}

interface Circumstances {
  readonly identity: Identity;
  /** Position that was acknowledged there before it was asked. */
  readonly known: number;
  /** The log's last position when it was asked. */
  readonly head: number;
}

/** A page is a subscription with one delivery, and held to the same. */
function keep(
  world: World,
  params: ReadParams & { readonly topics: readonly string[]; readonly limit: number },
  { prev, entries, cursor, complete, scope, gap }: Reading,
  { identity, known, head }: Circumstances,
): void {
  const { rules, findings } = world;
  const profile = profileOf(rules, params.profile);
  const policy = policyOf(profile, params.delivery, params.limit);
  const name = `page ${world.name()}`;
  const told = { subscription: "page", prev, events: entries.map(entryEvent), cursor };
  const delivery: Delivery = gap === undefined ? told : { ...told, gap };
  findings.count(complete ? "complete pages" : "pages");
  if (gap !== undefined) findings.count(`page gap ${gap.reason}`);
  findings.note(() => `${name} asks ${JSON.stringify(params)} and is told ${JSON.stringify(delivery)}`);
  if (entries.length > params.limit) findings.report(`${name} holds ${entries.length} events, of ${params.limit}`);
  world.histories.push({
    name,
    topics: params.topics,
    filter: params.filter,
    policy,
    allows: (event) => maySee(rules, identity, profile, event),
    shows: (event) => show(profile, event),
    asked: { after: params.after, head },
    opened: { cursor: prev, scope },
    deliveries: [delivery],
    completeThrough: complete ? known : undefined,
  });
}
