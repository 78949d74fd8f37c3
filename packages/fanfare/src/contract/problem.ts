import { FanfareError, isFanfareError, PROBLEMS, type Problem } from "@fanfare/protocol";
import { z } from "zod";

/** A refusal as every door writes it: status, head and RFC 9457 body. */
export interface Refusal {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Seconds after which a client may try again where the server is the one in trouble. */
const RETRY_SECONDS = "1";

/** The one place where an error becomes an answer. What is no `FanfareError` is told as `internal` and says nothing more. */
export function toRefusal(cause: unknown): Refusal {
  const error = isFanfareError(cause) ? cause : new FanfareError("internal", "the server failed");
  const { title, status } = PROBLEMS[error.code];
  const problem: Problem = {
    type: `urn:fanfare:problem:${error.code}`,
    title,
    status,
    code: error.code,
    detail: error.message,
  };
  return {
    status,
    headers: { "Content-Type": "application/problem+json", ...hints(error) },
    body: JSON.stringify(problem),
  };
}

/** True for an error that its receiver is not told all about, so that somebody else should be. */
export function isServerFault(cause: unknown): boolean {
  return (
    !isFanfareError(cause) ||
    cause.code === "internal" ||
    (PROBLEMS[cause.code].status >= 500 && cause.cause !== undefined)
  );
}

function hints({ code }: FanfareError): Readonly<Record<string, string>> {
  const { status } = PROBLEMS[code];
  if (status === 503 || code === "rate_limited") return { "Retry-After": RETRY_SECONDS };
  if (status !== 401) return {};
  return { "WWW-Authenticate": code === "unauthenticated" ? "Bearer" : 'Bearer error="invalid_token"' };
}

export const problem: z.ZodType<Problem> = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    code: z.enum(Object.keys(PROBLEMS) as [Problem["code"]]),
    detail: z.string().meta({ description: "What is wrong here, naming the field and the limit; for people." }),
  })
  .meta({ id: "Problem", description: "RFC 9457 problem details; `code` is stable." });
