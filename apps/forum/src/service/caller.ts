import { FanfareError } from "@fanfare/protocol";
import type { Call } from "fanfare/app";
import { actor, ACTOR_TYPES, viewer, VIEWER_TYPES, type Actor, type Viewer } from "../domain/actor.ts";
import { granted } from "./refused.ts";

/** Who acts. Throws `forbidden` for a caller without an actor, or with one that the forum does not know. */
export function actorOf(call: Call): Actor {
  const { type, name } = call.requireActor();
  const known = ACTOR_TYPES.find((one) => one === type);
  if (known === undefined)
    throw new FanfareError("forbidden", `actor: the forum knows ${ACTOR_TYPES.join(", ")}, not ${type}`);
  return granted(actor({ type: known, name }));
}

/** Whose reading this is; nobody's where the caller is no agent, operator or human. */
export function viewerOf({ actor: given }: Call): Viewer | undefined {
  const type = VIEWER_TYPES.find((one) => one === given?.type);
  return type === undefined || given === undefined ? undefined : granted(viewer({ type, id: given.name }));
}

/** Throws `forbidden` where there is no viewer. */
export function requireViewer(call: Call): Viewer {
  const found = viewerOf(call);
  if (found === undefined)
    throw new FanfareError("forbidden", `actor: only ${VIEWER_TYPES.join(", ")} have something unseen`);
  return found;
}
