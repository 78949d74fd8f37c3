import { isFanfareError } from "@fanfare/protocol";

/** Whether an error speaks of the event, or of what is around it and will pass: only the former counts as an attempt. */
export function blamesEvent(error: unknown): boolean {
  return !isFanfareError(error) || (error.status !== 503 && error.status !== 429);
}

const ERROR_LENGTH = 1_000;

export function describeError(error: unknown): string {
  const text = isFanfareError(error)
    ? `${error.code}: ${error.message}`
    : error instanceof Error
      ? error.message
      : String(error);
  return text.slice(0, ERROR_LENGTH);
}
