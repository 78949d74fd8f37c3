import { FanfareError, parsePattern, type Pattern } from "@fanfare/protocol";
import { requireAdmin, requirePatterns, type TopicAction } from "../core/authority.ts";
import { ROOT, type Identity } from "../core/identity.ts";
import type { Runtime } from "../core/ports/runtime.ts";
import { actorOf, type Actor } from "./actor.ts";

/** Who calls a method of a service. */
export interface Caller {
  /** Default: the embedding application itself, which may do everything. Over HTTP the credential says it. */
  readonly identity?: Identity | undefined;
  /** Over HTTP the token's claim; only in open loopback mode does a server take this one (`Fanfare-Actor`). */
  readonly actor?: Actor | undefined;
  /** Up to 256 printable ASCII characters: the same call with the same key has one effect (`Idempotency-Key`). */
  readonly idempotencyKey?: string | undefined;
}

/** What a method of a service is told of its call. */
export interface Call {
  readonly identity: Identity;
  readonly actor: Actor | undefined;
  /** Throws `forbidden` when the credential names no actor. */
  requireActor(): Actor;
  /** Throws `forbidden` unless a grant without a filter covers all of the topic or pattern. */
  require(action: TopicAction, pattern: string): void;
  /** Throws `forbidden` unless the identity has a grant of `admin`. */
  requireAdmin(): void;
  /** What `once` of a transaction knows the call by. */
  readonly idempotency: Idempotency | undefined;
}

/** A call that may come again. */
export interface Idempotency {
  readonly key: string;
  /** Whose key it is. */
  readonly holder: string;
  /** Of the method and its input. */
  readonly fingerprint: string;
}

/** Carries {@link Caller.idempotencyKey}. */
export const KEY_HEADER = "Idempotency-Key";

const KEY = /^[\x20-\x7e]{1,256}$/;

export interface CallRules {
  readonly privates: readonly Pattern[];
  readonly runtime: Pick<Runtime, "hash">;
}

/** Throws `invalid_request` or `forbidden` for a caller that contradicts itself. */
export function toCall(
  { identity = ROOT, actor: declared, idempotencyKey }: Caller,
  method: string,
  input: unknown,
  { privates, runtime }: CallRules,
): Call {
  const actor = actorOf(identity, declared);
  // A filter says which events may be seen, and nobody but the hub can hold rows of a table against it.
  const grants = identity.grants.filter(({ filter }) => filter === undefined);
  return {
    identity,
    actor,
    requireActor() {
      if (actor === undefined) throw new FanfareError("forbidden", "actor: the credential names none");
      return actor;
    },
    require: (action, pattern) => requirePatterns({ ...identity, grants }, action, [parsePattern(pattern)], privates),
    requireAdmin: () => requireAdmin(identity),
    idempotency:
      idempotencyKey === undefined
        ? undefined
        : {
            key: checkKey(idempotencyKey),
            holder: JSON.stringify([identity.sub, actor?.type, actor?.name]),
            fingerprint: runtime.hash(JSON.stringify([method, input])),
          },
  };
}

function checkKey(key: string): string {
  if (!KEY.test(key))
    throw new FanfareError("invalid_request", `${KEY_HEADER}: must be 1 to 256 printable ASCII characters`);
  return key;
}
