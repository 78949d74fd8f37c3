import { FanfareError } from "@fanfare/protocol";
import { firstOf } from "../access/first-of.ts";
import { createGate } from "../access/gate.ts";
import { jwksAuthenticator, secretAuthenticator } from "../access/jwt.ts";
import type { Hub } from "../core/hub.ts";
import type { Identity } from "../core/identity.ts";
import type { Authenticator, Credentials } from "../core/ports/authenticator.ts";
import type { Gate } from "../core/ports/gate.ts";
import { parseAddress } from "./address.ts";
import type { Settings } from "./settings.ts";

export interface DoorkeeperOptions {
  readonly settings: Settings;
  readonly hub: Hub;
  /** What the daemon's own tokens are signed with. */
  readonly secret: string | undefined;
}

/** Who decides about strangers: at every door, and again when a connection shows a newer token. */
export interface Doorkeeper {
  readonly gate: Gate;
  readonly renew: (credentials: Credentials) => Promise<Identity>;
}

export function createDoorkeeper({ settings, hub, secret }: DoorkeeperOptions): Doorkeeper {
  const { auth, addr, hosts, origins } = settings;
  const authenticator = authenticatorOf(auth, secret);
  const gate = createGate({
    hub,
    authenticator,
    open: auth === undefined,
    bound: parseAddress(addr)?.host ?? "",
    hosts,
    origins,
  });
  return {
    gate,
    async renew(credentials) {
      const identity = await authenticator.authenticate(credentials);
      if (identity === undefined)
        throw new FanfareError("unauthenticated", "the token is of no kind that this server knows");
      await hub.requireValid(identity);
      return identity;
    },
  };
}

function authenticatorOf(auth: Settings["auth"], secret: string | undefined): Authenticator {
  const { authenticator, jwks, issuer, audience } = auth ?? {};
  return firstOf([
    ...(authenticator === undefined ? [] : [authenticator]),
    ...(secret === undefined ? [] : [secretAuthenticator(secret)]),
    ...(jwks === undefined ? [] : [jwksAuthenticator(jwks, { issuer, audience })]),
  ]);
}
