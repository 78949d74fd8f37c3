import { z } from "zod";
import type { RevokeTarget } from "../core/hub.ts";

/** What is revoked: all that a `sub` was given up to now, or one token by its `jti`. */
export const revocation: z.ZodType<RevokeTarget> = z
  .strictObject({
    sub: z.string().min(1).max(256).optional(),
    jti: z.string().min(1).max(256).optional(),
    exp: z.int().min(0).max(8_640_000_000_000).optional().meta({
      description:
        "Seconds since 1970: when the credentials end by themselves, so that the revocation may be forgotten.",
    }),
  })
  .refine(({ sub, jti }) => (sub === undefined) !== (jti === undefined), { error: "must have sub or jti, not both" })
  .meta({ id: "Revocation" }) as unknown as z.ZodType<RevokeTarget>;

export const revoked: z.ZodType<{ readonly closed: number }> = z
  .strictObject({ closed: z.int().min(0).meta({ description: "Connections that ended here at once." }) })
  .meta({ id: "Revoked" });
