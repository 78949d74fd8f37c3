import { isFanfareError } from "../src/problem.ts";

/** `code message` of the FanfareError that the call ends with, or `accepted`; any other error is a defect and thrown on. */
export function refusal(call: () => unknown): string {
  try {
    call();
  } catch (error) {
    if (isFanfareError(error)) return `${error.code} ${error.message}`;
    throw error;
  }
  return "accepted";
}
