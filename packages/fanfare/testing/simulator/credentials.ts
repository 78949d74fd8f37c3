import { isFanfareError } from "@fanfare/protocol";
import type { Identity } from "../../src/core/identity.ts";
import { SUBS } from "./connecting.ts";
import type { SimulatedClient } from "./client.ts";
import { mayUse } from "./oracle.ts";
import { GOING } from "./publish-book.ts";
import { randomIdentity } from "./vocabulary.ts";
import type { World } from "./world.ts";

/** The same client shows a newer credential, which lets it see more, less or the same. */
export function renew(world: World, client: SimulatedClient): void {
  const { runtime, findings, chance, rules } = world;
  if (client.identity.kind !== "user") return;
  const fresh = randomIdentity(chance, client.identity.sub, runtime.now());
  const grants = chance.maybe(0.4)
    ? client.identity.grants
    : [...fresh.grants, ...chance.some(client.identity.grants, 1)];
  const identity: Identity = { ...fresh, grants };
  try {
    const { scopes = {} } = client.session?.renew(identity) ?? {};
    findings.count("renewals");
    findings.note(() => `${client.options.name} renews to ${JSON.stringify(identity)}: ${JSON.stringify(scopes)}`);
    client.identity = identity;
    for (const record of client.subscriptions.values()) {
      const scope = scopes[record.id];
      if (scope === undefined) continue;
      findings.count("rescopes");
      record.rescope(identity, scope, world.head);
    }
  } catch (error) {
    const code = isFanfareError(error) ? error.code : String(error);
    const welcome = mayUse(rules, identity, client.options.profile) && world.validity(identity) === "good";
    if (welcome || (code !== "forbidden" && !GOING.has(code)))
      findings.report(`${client.options.name} could not renew: ${code}`);
  }
}

/** Whoever was let in under that name must go, everywhere and at once. */
export function revoke(world: World): void {
  const { chance, findings, runtime, clients } = world;
  if (!world.whole) return;
  const revocation = { sub: chance.pick(SUBS), before: runtime.now(), done: false };
  const node = chance.pick(world.nodes);
  world.revocations.push(revocation);
  findings.note(() => `revoke ${revocation.sub}`);
  world.call(async () => {
    try {
      await node.hub.revoke({ sub: revocation.sub });
    } catch (error) {
      // A hub that goes down meanwhile has promised nothing.
      if (!isFanfareError(error) || error.code !== "unavailable") throw error;
      return;
    }
    findings.count("revocations");
    revocation.done = true;
    for (const client of clients) if (world.isRevoked(client.identity)) client.barred = true;
  });
}
