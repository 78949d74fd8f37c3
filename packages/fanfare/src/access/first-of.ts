import { FanfareError, isFanfareError } from "@fanfare/protocol";
import type { Identity } from "../core/identity.ts";
import type { Authenticator } from "../core/ports/authenticator.ts";

/**
 * Asks several authenticators in turn; the first that knows the client decides. A credential that one of them refuses is
 * shown to the others too, since two of the same kind (an old and a new key) cannot tell whose it is; when none takes it,
 * the refusal that says most is told.
 */
export function firstOf(authenticators: readonly Authenticator[]): Authenticator {
  return {
    async authenticate(credentials) {
      let refusal: unknown;
      for (const authenticator of authenticators) {
        try {
          const identity: Identity | undefined = await authenticator.authenticate(credentials);
          if (identity !== undefined) return identity;
        } catch (error) {
          refusal = moreTelling(refusal, error);
        }
      }
      if (refusal === undefined) return undefined;
      throw refusal instanceof Error ? refusal : new FanfareError("internal", "an authenticator failed");
    },
  };
}

/** `unauthenticated` may only mean "not mine"; anything else is about this very credential or this server. */
function moreTelling(known: unknown, next: unknown): unknown {
  const vague = known === undefined || (isFanfareError(known) && known.code === "unauthenticated");
  return vague ? next : known;
}
