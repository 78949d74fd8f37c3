import { FanfareError } from "@fanfare/protocol";
import type { Identity } from "../core/identity.ts";

/** Who does something in an app, as its people know them: an agent, an operator. */
export interface Actor {
  readonly type: string;
  readonly name: string;
}

/** Carries the actor of a request in open loopback mode: {@link writeActor}. */
export const ACTOR_HEADER = "Fanfare-Actor";

const PART_LENGTH = 256;
// oxlint-disable-next-line no-control-regex -- these are what must not be in it
const CONTROL = /[\u0000-\u001f\u007f]/;

/** Throws `invalid_request` for what is called `name` and is no actor. */
export function checkActor(actor: Actor, name: string): Actor {
  for (const part of [actor.type, actor.name])
    if (part === "" || part.length > PART_LENGTH || CONTROL.test(part) || !part.isWellFormed())
      throw new FanfareError(
        "invalid_request",
        `${name}: type and name must be text of 1 to ${PART_LENGTH} characters, without control characters`,
      );
  return actor;
}

/** @example writeActor({ type: "agent", name: "ada/1" }) // "agent:ada%2F1" */
export function writeActor({ type, name }: Actor): string {
  return `${encodeURIComponent(type)}:${encodeURIComponent(name)}`;
}

/** Reads what {@link writeActor} wrote, or `type:name` as a person types it. Throws `invalid_request`. */
export function readActor(text: string, name: string): Actor {
  const at = text.indexOf(":");
  try {
    return checkActor(
      { type: decodeURIComponent(text.slice(0, Math.max(0, at))), name: decodeURIComponent(text.slice(at + 1)) },
      name,
    );
  } catch (cause) {
    throw new FanfareError("invalid_request", `${name}: must be TYPE:NAME, percent-encoded, such as agent:ada`, {
      cause,
    });
  }
}

/**
 * The actor of a call: what the credential says. A caller may declare one only where there is no credential: in open
 * loopback mode, and in process. Throws `forbidden` for a declared actor that is another one.
 */
export function actorOf(identity: Identity, declared: Actor | undefined): Actor | undefined {
  if (declared === undefined) return identity.actor;
  checkActor(declared, "actor");
  if (identity.kind !== "user") return declared;
  if (identity.actor?.type === declared.type && identity.actor.name === declared.name) return declared;
  throw new FanfareError("forbidden", "actor: the credential says who acts, and it is another one");
}
