import {
  FanfareError,
  isFanfareError,
  PROBLEMS,
  RPC_ERRORS,
  toRpcError,
  type ErrorFrame,
  type Limits,
  type Method,
  type ProblemCode,
  type RequestId,
  type Requests,
} from "@fanfare/protocol";
import { isMethod, parseParams } from "../../contract/frames.ts";
import { parseJson } from "../../contract/json-text.ts";

/** A request with good params; without `id` it is a notification, which gets no answer. */
export type Request = {
  readonly [M in Method]: {
    readonly kind: "request";
    readonly id: RequestId | undefined;
    readonly method: M;
    readonly params: Requests[M];
  };
}[Method];

/** What a client sent: something to do, something to say in return, or nothing of either. */
export type Incoming =
  | Request
  | { readonly kind: "refused"; readonly answer: ErrorFrame }
  | { readonly kind: "ignored" };

/** An answer repeats the id: a longer one would let a small window of requests hold megabytes of answers. */
const MAX_ID = 256;

/** Reads one message as JSON-RPC 2.0 has it. Whatever the text is, the connection can go on. */
export function parseMessage(text: string, limits: Pick<Limits, "jsonDepth">): Incoming {
  let message: unknown;
  try {
    message = parseJson("message", text, limits);
  } catch (error) {
    if (!isFanfareError(error)) throw error;
    const number = error.code === "invalid_json" ? RPC_ERRORS.parse : RPC_ERRORS.request;
    return refused(null, number, error.code, error.message);
  }
  return parseRequest(message);
}

/** JSON-RPC's form of an error; what is not ours is told without its message. */
export function errorFrame(id: RequestId | null, cause: unknown): ErrorFrame {
  const error = isFanfareError(cause) ? cause : new FanfareError("internal", PROBLEMS.internal.title);
  return { jsonrpc: "2.0", id, error: toRpcError(error) };
}

function parseRequest(message: unknown): Incoming {
  if (Array.isArray(message)) return badRequest(null, "batches are not supported, send one request a message");
  if (typeof message !== "object" || message === null) return badRequest(null, "a request must be a JSON object");
  const { jsonrpc, id, method, params } = message as Readonly<Record<string, unknown>>;
  const known = isRequestId(id) ? id : null;
  if (id !== undefined && known === null)
    return badRequest(null, `id: must be an integer or text of at most ${MAX_ID} characters`);
  if (jsonrpc !== "2.0") return badRequest(known, 'jsonrpc: must be "2.0"');
  if (typeof method !== "string") return badRequest(known, "method: must be text");
  if (!isMethod(method)) {
    if (known === null) return { kind: "ignored" };
    return refused(known, RPC_ERRORS.method, "not_found", `method: ${JSON.stringify(method.slice(0, 64))} is unknown`);
  }
  try {
    return { kind: "request", id: known ?? undefined, ...parseParams(method, params) };
  } catch (error) {
    return known === null ? { kind: "ignored" } : { kind: "refused", answer: errorFrame(known, error) };
  }
}

function isRequestId(id: unknown): id is RequestId {
  return (typeof id === "string" && id.length <= MAX_ID) || (typeof id === "number" && Number.isInteger(id));
}

function badRequest(id: RequestId | null, detail: string): Incoming {
  return refused(id, RPC_ERRORS.request, "invalid_request", detail);
}

function refused(id: RequestId | null, number: number, code: ProblemCode, message: string): Incoming {
  const data = { code, status: PROBLEMS[code].status };
  return { kind: "refused", answer: { jsonrpc: "2.0", id, error: { code: number, message, data } } };
}
