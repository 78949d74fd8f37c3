import { z } from "zod";

/** Where browsers put a credential when they cannot send headers. */
export const accessToken: z.ZodType<string | undefined> = z.string().optional().meta({
  description: "Streams: the credential, for browsers, which cannot send headers here. Short-lived ones only.",
});
