import type { SignalParams } from "@fanfare/protocol";
import { z } from "zod";
import { attributeValue } from "./filter.ts";

/** A signal to the topic of the path. */
export const signalInput: z.ZodType<Omit<SignalParams, "topic">> = z
  .strictObject({
    type: z.string(),
    data: z.unknown().optional(),
    attributes: z.record(z.string(), attributeValue).optional(),
  })
  .meta({ id: "SignalInput" });
