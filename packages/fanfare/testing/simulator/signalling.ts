import { isFanfareError, parseTopic } from "@fanfare/protocol";
import { randomActor } from "./connecting.ts";
import { mayTouch } from "./oracle.ts";
import { GOING } from "./publish-book.ts";
import { randomEvent, TOPICS } from "./vocabulary.ts";
import type { World } from "./world.ts";

/** Somebody, connected or not, sends something that is for those who are there. */
export function signal(world: World): void {
  const { chance, rules, findings, signals } = world;
  // A hub that has not opened its log yet, or is going down, hears nothing.
  if (!world.whole) return;
  const { type, attributes = {} } = randomEvent(chance, 0);
  const sender = chance.maybe(0.5) ? chance.pick([undefined, ...world.openClients]) : undefined;
  const identity = sender?.identity ?? randomActor(world);
  const may = (topic: string): boolean =>
    mayTouch(rules, identity, "signal", { topic: parseTopic(topic), id: "", type, attributes });
  const within = TOPICS.filter(may);
  const topic = parseTopic(chance.pick(within.length === 0 || chance.maybe(0.3) ? TOPICS : within));
  const params = { topic, type, attributes, data: { number: world.name() } };
  const allowed = may(topic);
  findings.note(() => `${sender?.options.name ?? identity.sub} signals ${JSON.stringify(params)}`);
  try {
    if (sender === undefined) chance.pick(world.nodes).hub.signal(params, { as: identity });
    else sender.session?.signal(params);
    if (!allowed) findings.report(`a signal to ${topic} was taken that the rules forbid`);
    signals.sent(params, identity.sub, sender, world.openClients);
  } catch (error) {
    const code = isFanfareError(error) ? error.code : String(error);
    findings.count(`signal ${code}`);
    if ((allowed && world.validity(identity) === "good") || (code !== "forbidden" && !GOING.has(code)))
      findings.report(`a signal to ${topic} failed with ${code}`);
  }
}
