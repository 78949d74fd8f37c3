import { FanfareError } from "@fanfare/protocol";
import { REFUSALS, type Decision, type Refusal } from "../domain/refusal.ts";

/** The refusal as the error that every door can show. Its message begins with the forum's own code. */
export function toError({ code, message }: Refusal): FanfareError {
  return new FanfareError(REFUSALS[code], `${code}: ${message}`);
}

/** What was decided. Throws what was refused. */
export function granted<Value>(decision: Decision<Value>): Value {
  if (!decision.accepted) throw toError(decision.refusal);
  return decision.value;
}
