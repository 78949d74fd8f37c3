import type { World } from "./world.ts";

/** A hub goes down, in peace or at once, and another one takes its place on the same log. */
export function restart(world: World): void {
  const { chance, nodes, findings } = world;
  const node = chance.pick(nodes);
  if (node.closing) return;
  node.closing = true;
  const gently = chance.maybe(0.5);
  findings.note(() => `node ${nodes.indexOf(node)} goes down${gently ? " gently" : ""}`);
  world.call(async () => {
    if (gently) await node.hub.drain({ reason: "restart", spreadMs: 100 });
    await node.hub.close();
    nodes[nodes.indexOf(node)] = world.createNode();
    findings.count("restarts");
  });
}
