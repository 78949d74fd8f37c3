import type { SignalParams } from "@fanfare/protocol";
import { z } from "zod";
import { attributeValue } from "./filter.ts";
import { shaped } from "./shape.ts";

type SignalInput = Omit<SignalParams, "topic">;

const members = {
  type: z.string(),
  data: z.unknown().optional(),
  attributes: z.record(z.string(), attributeValue).optional(),
};

/** A signal to the topic of the path. */
export const signalInput: z.ZodType<SignalInput> = z.strictObject(members).meta({ id: "SignalInput" });

const judged: z.ZodType<SignalInput> = z.object(members);
const known = z.strictObject({ type: z.unknown(), data: z.unknown(), attributes: z.unknown() }).partial();

/** What a signal says, whatever door it comes by: an event's parts under an event's rules. Throws `invalid_event`. */
export function readSignal<Given extends object>(value: Given): Given & SignalInput {
  shaped(judged, value, { name: "signal", code: "invalid_event" });
  return value as Given & SignalInput;
}

/** A body that must be a signal and nothing more. Throws `invalid_request`, or `invalid_event` as {@link readSignal}. */
export function readSignalBody(value: unknown): SignalInput {
  return readSignal(shaped<object>(known, value, { name: "signal", code: "invalid_request" }));
}
