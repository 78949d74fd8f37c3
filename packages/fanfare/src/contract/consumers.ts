import { z } from "zod";

/** How far a named consumer has come; the same shape in the answer, where it then is. */
export const acknowledgement: z.ZodType<{ readonly cursor: string }> = z
  .strictObject({ cursor: z.string() })
  .meta({ id: "Acknowledgement" });
