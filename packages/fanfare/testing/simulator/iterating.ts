import { isFanfareError, type Delivery } from "@fanfare/protocol";
import { randomActor } from "./connecting.ts";
import { mayAsk, maySee, mayUse, policyOf, profileOf, show } from "./oracle.ts";
import { GOING } from "./publish-book.ts";
import { randomAfter } from "./subscribing.ts";
import { PROFILES, randomFilter, randomPolicy, topicsFor } from "./vocabulary.ts";
import type { World } from "./world.ts";

/** A subscriber in process, which takes its time between two deliveries. */
export function iterate(world: World): void {
  const { chance, findings, rules, agenda } = world;
  const { hub } = chance.pick(world.nodes);
  const identity = randomActor(world);
  const params = {
    topics: topicsFor(chance, identity),
    filter: chance.maybe(0.5) ? randomFilter(chance) : undefined,
    after: randomAfter(world),
    profile: chance.maybe(0.3) ? chance.pick(PROFILES).name : undefined,
    delivery: chance.maybe(0.4) ? randomPolicy(chance) : undefined,
  };
  const { head } = world;
  const most = chance.between(1, 10);
  const allowed = mayAsk(rules, identity, params.topics) && mayUse(rules, identity, params.profile);
  const name = `loop ${world.name()}`;
  world.call(async () => {
    try {
      const subscription = hub.subscribe(params, { as: identity });
      world.loops.add(subscription);
      const opened = await subscription.opened;
      if (!allowed) findings.report(`${name} was opened against the rules`);
      const profile = profileOf(rules, params.profile);
      const deliveries: Delivery[] = [];
      const policy = policyOf(profile, params.delivery, world.scenario.hub.flushEvents);
      const { topics, filter, after } = params;
      world.histories.push({
        name,
        topics,
        filter,
        policy,
        allows: (event) => maySee(rules, identity, profile, event),
        shows: (event) => show(profile, event),
        asked: { after, head },
        opened,
        deliveries,
      });
      for await (const delivery of subscription) {
        findings.note(() => `${name} takes ${JSON.stringify(delivery)}`);
        findings.count("loop deliveries");
        deliveries.push(delivery);
        if (deliveries.length >= most) break;
        await agenda.turn();
      }
    } catch (error) {
      const code = isFanfareError(error) ? error.code : String(error);
      findings.count(`loop ${code}`);
      if (!GOING.has(code) && (code !== "forbidden" || allowed)) findings.report(`${name} failed with ${code}`);
    }
  });
}
