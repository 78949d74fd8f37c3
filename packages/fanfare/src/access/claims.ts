import { parseFilter, parsePattern, type Filter, type Pattern } from "@fanfare/protocol";
import { z } from "zod";
import type { Identity } from "../core/identity.ts";

/** Bounds of one token's claims, which every request pays for. */
const MAX_GRANTS = 100;
const MAX_PATTERNS = 64;
const MAX_PROFILES = 100;

const name = z
  .string()
  .min(1)
  .max(256)
  .regex(/^[^\p{Cc}]*$/u, { error: "must have no control characters" });
const seconds = z.number().min(0).max(8_640_000_000_000);

// A member that is not known here might be meant to narrow the grant: it is refused rather than overlooked.
const grant = z.strictObject({
  do: z.array(z.enum(["subscribe", "publish", "signal", "admin"])).max(4),
  topics: z.array(parsed((value): Pattern => parsePattern(value))).max(MAX_PATTERNS),
  filter: parsed((value): Filter => parseFilter(value)).optional(),
});

const claims = z.object({
  sub: name,
  grants: z.array(grant).max(MAX_GRANTS).default([]),
  profiles: z.array(name).max(MAX_PROFILES).default(["default"]),
  exp: seconds.optional(),
  iat: seconds.optional(),
  jti: name.optional(),
  actor: z.object({ type: name, name }).optional(),
});

/** The checked claims, or a sentence that names the first claim at fault. */
export type ClaimsReading =
  | { readonly ok: true; readonly identity: Identity }
  | { readonly ok: false; readonly fault: string };

/**
 * Reads a verified token's claims. Claims that mean nothing here are left alone.
 *
 * @param leewayMs how long after `exp` the token is still taken
 */
export function readClaims(payload: unknown, leewayMs: number): ClaimsReading {
  const { success, data, error } = claims.safeParse(payload);
  if (!success) {
    const [issue] = error.issues;
    return { ok: false, fault: `${z.core.toDotPath(issue?.path ?? [])}: ${issue?.message ?? "is not valid"}` };
  }
  const { sub, grants, profiles, exp, iat, jti, actor } = data;
  const expires = exp === undefined ? undefined : exp * 1000 + leewayMs;
  const issued = iat === undefined ? undefined : iat * 1000;
  return { ok: true, identity: { sub, kind: "user", grants, profiles, expires, issued, jti, actor } };
}

/** What the protocol's own parser takes, with its own words for what it does not. */
function parsed<Value>(parse: (value: unknown) => Value): z.ZodType<Value> {
  return z.unknown().transform((value, context): Value => {
    try {
      return parse(value);
    } catch (error) {
      context.addIssue({ code: "custom", message: error instanceof Error ? error.message : "is not valid" });
      return z.NEVER;
    }
  });
}
