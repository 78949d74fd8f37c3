import { z } from "zod";

/** Where browsers put a credential that cannot send headers. Whoever reads the parameter takes it out of the address. */
export const accessToken: z.ZodType<string | undefined> = z.string().optional().meta({
  description: "Streams: the credential, for browsers, which cannot send headers here. Short-lived ones only.",
});
