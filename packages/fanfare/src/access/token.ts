import { FanfareError, type Filter } from "@fanfare/protocol";
import { SignJWT } from "jose";
import { v7 } from "uuid";
import type { Action } from "../core/identity.ts";
import { readClaims } from "./claims.ts";
import { toSecretKey } from "./secret.ts";

export interface TokenOptions {
  /** At least 32 bytes. */
  readonly secret: string | Uint8Array;
  readonly sub: string;
  /** Default none: the holder may connect and do nothing. */
  readonly grants?:
    | readonly {
        readonly do: readonly Action[];
        readonly topics: readonly string[];
        readonly filter?: Filter | undefined;
      }[]
    | undefined;
  /** Profiles that the holder may ask for. Default `["default"]`. */
  readonly profiles?: readonly string[] | undefined;
  /** Seconds from now. */
  readonly expiresIn: number | "never";
  readonly actor?: { readonly type: string; readonly name: string } | undefined;
  /** Names the token, so that it can be revoked alone. Default a new UUIDv7. */
  readonly jti?: string | undefined;
  /** Milliseconds since 1970. Default: the machine's clock. */
  readonly now?: (() => number) | undefined;
}

/**
 * Makes an HS256 token that a hub with the same secret takes. Throws `invalid_request` for claims it would refuse.
 *
 * @example
 * await createToken({ secret, sub: "dashboard", grants: [{ do: ["subscribe"], topics: ["orders.>"] }], expiresIn: 3600 });
 */
export async function createToken(options: TokenOptions): Promise<string> {
  const { sub, grants, profiles, expiresIn, actor, jti = v7(), now = Date.now } = options;
  const iat = Math.floor(now() / 1000);
  if (expiresIn !== "never" && !(expiresIn > 0))
    throw new FanfareError("invalid_request", "expiresIn: must be a number of seconds above 0");
  // Written as JSON, a member that is not given is not there.
  const claims = JSON.parse(
    JSON.stringify({
      sub,
      grants,
      profiles,
      actor,
      jti,
      iat,
      exp: expiresIn === "never" ? undefined : iat + expiresIn,
    }),
  ) as Record<string, unknown>;
  const reading = readClaims(claims, 0);
  if (!reading.ok) throw new FanfareError("invalid_request", reading.fault);
  return new SignJWT(claims).setProtectedHeader({ alg: "HS256", typ: "JWT" }).sign(toSecretKey(options.secret));
}
