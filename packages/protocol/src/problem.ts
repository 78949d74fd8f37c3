/** Every error code of Fanfare with what it means; one row serves HTTP, WebSocket and the CLI. Codes are stable: they may be added, never renamed. */
export const PROBLEMS = {
  invalid_json: { status: 400, title: "The text is not valid JSON" },
  invalid_request: { status: 400, title: "The request does not have the expected shape" },
  invalid_topic: { status: 400, title: "Not a valid topic or pattern" },
  invalid_filter: { status: 400, title: "Not a valid filter" },
  invalid_cursor: { status: 400, title: "Not a valid cursor" },
  invalid_ack: { status: 400, title: "The acknowledged cursor was not delivered" },
  invalid_origin: { status: 403, title: "The request comes from another origin" },
  unauthenticated: { status: 401, title: "A valid credential is needed" },
  token_expired: { status: 401, title: "The credential has expired" },
  token_revoked: { status: 401, title: "The credential was revoked" },
  forbidden: { status: 403, title: "The credential does not allow this" },
  not_found: { status: 404, title: "There is nothing here" },
  method_not_allowed: { status: 405, title: "The method is not allowed here" },
  not_acceptable: { status: 406, title: "None of the accepted forms can be given" },
  id_conflict: { status: 409, title: "The event id is taken by a different event" },
  subscription_exists: { status: 409, title: "The subscription id is in use on this connection" },
  conflict: { status: 409, title: "The state of the thing does not allow this" },
  consumer_taken: { status: 409, title: "Another subscription took the consumer over" },
  subscription_unknown: { status: 404, title: "No such subscription on this connection" },
  profile_unknown: { status: 400, title: "No such profile" },
  payload_too_large: { status: 413, title: "More bytes or events than the limit" },
  unsupported_media_type: { status: 415, title: "The content type is not understood" },
  misdirected: { status: 421, title: "The Host header names another server" },
  invalid_event: { status: 422, title: "Not a valid event" },
  key_reused: { status: 422, title: "The Idempotency-Key belongs to another request" },
  unprocessable: { status: 422, title: "The values are well formed and make no sense" },
  schema_mismatch: { status: 422, title: "The data does not fit the topic's schema" },
  limit_exceeded: { status: 429, title: "A limit was reached" },
  rate_limited: { status: 429, title: "Too many events a second" },
  internal: { status: 500, title: "The server failed" },
  overloaded: { status: 503, title: "The server is at its capacity" },
  unavailable: { status: 503, title: "The log cannot be written or read now" },
  draining: { status: 503, title: "The server is stopping" },
} as const;

/** A stable error code, the same over HTTP, WebSocket, CLI and in process. */
export type ProblemCode = keyof typeof PROBLEMS;

/** RFC 9457 problem details with the stable `code`. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly code: ProblemCode;
  readonly detail: string;
}

/**
 * An error that a person can act on: a stable {@link ProblemCode} and a `message` that names the field and the limit.
 *
 * @example
 * throw new FanfareError("invalid_topic", "topic: has 17 tokens, at most 16 are allowed");
 */
export class FanfareError extends Error {
  override readonly name = "FanfareError";
  readonly code: ProblemCode;

  constructor(code: ProblemCode, message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.code = code;
  }

  /** The HTTP status of the code. */
  get status(): number {
    return PROBLEMS[this.code].status;
  }

  toProblem(): Problem {
    const { title, status } = PROBLEMS[this.code];
    return { type: `urn:fanfare:problem:${this.code}`, title, status, code: this.code, detail: this.message };
  }
}

/** True when `value` is a {@link FanfareError}, also one made by another copy of this package. */
export function isFanfareError(value: unknown): value is FanfareError {
  return (
    value instanceof Error &&
    value.name === "FanfareError" &&
    "code" in value &&
    typeof value.code === "string" &&
    Object.hasOwn(PROBLEMS, value.code)
  );
}

/** WebSocket close codes; the ranges of RFC 6455 and our own from 4400. */
export const CLOSE_CODES = {
  normal: 1000,
  goingAway: 1001,
  invalidData: 1007,
  tooBig: 1009,
  protocol: 4400,
  unauthenticated: 4401,
  forbidden: 4403,
  stalled: 4408,
  limit: 4429,
} as const;

export type CloseCode = (typeof CLOSE_CODES)[keyof typeof CLOSE_CODES];
