import { decodeProtectedHeader, errors, jwtVerify, type JWTVerifyGetKey } from "jose";
import { FanfareError } from "@fanfare/protocol";
import type { Identity } from "../core/identity.ts";
import type { Authenticator } from "../core/ports/authenticator.ts";
import { readClaims } from "./claims.ts";
import { jwksKeys } from "./jwks.ts";
import { toSecretKey } from "./secret.ts";

export interface JwtOptions {
  /** When given, tokens must carry it as `iss`. */
  readonly issuer?: string | undefined;
  /** When given, tokens must carry it as `aud`. */
  readonly audience?: string | undefined;
  /** Seconds that clocks may differ when `exp`, `nbf` and `iat` are judged. Default 5. */
  readonly leeway?: number | undefined;
  /** Milliseconds since 1970. Default: the machine's clock. */
  readonly now?: (() => number) | undefined;
}

/** Judges HS256 tokens. Throws `RangeError` for a key of fewer than 32 bytes. */
export function secretAuthenticator(secret: string | Uint8Array, options: JwtOptions = {}): Authenticator {
  const key = toSecretKey(secret);
  return jwtAuthenticator(async () => key, ["HS256"], options);
}

/**
 * Judges RS256 and ES256 tokens by a JSON Web Key Set: an `https:` address (`http:` on loopback), or a file as `file:`
 * address or path. Changed keys are taken up without a restart.
 */
export function jwksAuthenticator(jwks: string | URL, options: JwtOptions = {}): Authenticator {
  return jwtAuthenticator(jwksKeys(jwks), ["RS256", "ES256"], options);
}

function jwtAuthenticator(getKey: JWTVerifyGetKey, algorithms: string[], options: JwtOptions): Authenticator {
  const { issuer, audience, leeway = 5, now = Date.now } = options;
  const expected = { ...(issuer !== undefined && { issuer }), ...(audience !== undefined && { audience }) };
  return {
    async authenticate({ token }) {
      if (token === undefined || !algorithms.includes(algorithmOf(token))) return undefined;
      const time = now();
      const rules = { ...expected, algorithms, clockTolerance: leeway, currentDate: new Date(time) };
      const { payload } = await jwtVerify(token, getKey, rules).catch(refuse);
      const reading = readClaims(payload, leeway * 1000);
      if (!reading.ok) throw new FanfareError("unauthenticated", reading.fault);
      checkIssued(reading.identity, time + leeway * 1000);
      return reading.identity;
    },
  };
}

/** Empty for a text that is no JWT: another authenticator may know it. */
function algorithmOf(token: string): string {
  try {
    return decodeProtectedHeader(token).alg ?? "";
  } catch {
    return "";
  }
}

/** A token from the future would outlive the revocation of its `sub`, which refuses what was issued before. */
function checkIssued({ issued }: Identity, latest: number): void {
  if (issued !== undefined && issued > latest) throw new FanfareError("unauthenticated", "iat: lies in the future");
}

/** Never repeats the token. */
function refuse(error: unknown): never {
  if (error instanceof FanfareError) throw error;
  if (error instanceof errors.JWTExpired) throw new FanfareError("token_expired", "exp: the token has expired");
  if (error instanceof errors.JWTClaimValidationFailed)
    throw new FanfareError("unauthenticated", `${error.claim}: ${describe(error)}`);
  if (error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JWSSignatureVerificationFailed)
    throw new FanfareError("unauthenticated", "the token is not signed by a key that this server trusts");
  throw new FanfareError("unauthenticated", "the token is not a valid JWT", { cause: error });
}

function describe({ claim, reason }: errors.JWTClaimValidationFailed): string {
  if (reason === "missing") return "is missing";
  return claim === "nbf" && reason === "check_failed" ? "the token is not valid yet" : "is not the expected one";
}
