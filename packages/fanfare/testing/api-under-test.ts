import { PROBLEMS, type Problem } from "@fanfare/protocol";
import { createHub } from "../src/hub/create-hub.ts";
import type { HubOptions } from "../src/hub/create-hub.ts";
import { createGate, type GateOptions } from "../src/access/gate.ts";
import { secretAuthenticator } from "../src/access/jwt.ts";
import { createToken, type TokenOptions } from "../src/access/token.ts";
import type { Streams } from "../src/contract/streams.ts";
import type { Hub } from "../src/core/hub.ts";
import type { Gate } from "../src/core/ports/gate.ts";
import { createApi, type Api, type ApiOptions, type RequestRecord } from "../src/http/api.ts";
import { memoryLog } from "../src/memory.ts";

export const SECRET = "a secret for tests, thirty-two bytes";

/** An HTTP API on a hub of its own, without a port. */
export interface ApiUnderTest extends AsyncDisposable {
  readonly hub: Hub;
  readonly gate: Gate;
  readonly api: Api;
  /** What was told to the access log, and of failures. */
  readonly requests: RequestRecord[];
  readonly errors: unknown[];
  /** Sends a request; a body that is no text is sent as JSON. */
  send(path: string, init?: Sending): Promise<Response>;
}

export interface Sending {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly token?: string | undefined;
  readonly signal?: AbortSignal;
}

export interface ApiUnderTestOptions {
  /** Without authentication, as on loopback. Default true. */
  readonly open?: boolean;
  readonly hub?: Partial<HubOptions>;
  readonly gate?: Partial<GateOptions>;
  readonly api?: Partial<ApiOptions>;
  readonly streams?: (hub: Hub) => Streams;
}

export const HOST = "127.0.0.1:3001";

export function apiUnderTest({ open = true, ...options }: ApiUnderTestOptions = {}): ApiUnderTest {
  const hub: Hub = createHub({ log: memoryLog(), ...options.hub });
  const authenticator = secretAuthenticator(SECRET);
  const gate = createGate({ hub, authenticator, open, bound: "127.0.0.1", hosts: [], origins: [], ...options.gate });
  const requests: RequestRecord[] = [];
  const errors: unknown[] = [];
  const api = createApi({
    hub,
    gate,
    version: "0.0.0",
    onRequest: (request) => requests.push(request),
    onError: (error) => errors.push(error),
    streams: options.streams?.(hub),
    ...options.api,
  });
  return {
    hub,
    gate,
    api,
    requests,
    errors,
    send: async (path, sending = {}) => api.fetch(toRequest(path, sending)),
    [Symbol.asyncDispose]: () => hub.close(),
  };
}

function toRequest(path: string, { method, headers = {}, body, token, signal }: Sending): Request {
  return new Request(`http://${HOST}${path}`, {
    method: method ?? (body === undefined ? "GET" : "POST"),
    headers: {
      host: HOST,
      ...(body !== undefined && { "content-type": "application/json" }),
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...headers,
    },
    ...(body !== undefined && { body: typeof body === "string" ? body : JSON.stringify(body) }),
    ...(signal !== undefined && { signal }),
  });
}

/** A token of the test's secret for an hour. */
export function tokenOf(
  sub: string,
  grants: TokenOptions["grants"],
  more: Partial<TokenOptions> = {},
): Promise<string> {
  return createToken({ secret: SECRET, sub, grants, expiresIn: 3600, ...more });
}

export async function documentOf<Document>(response: Response): Promise<Document> {
  return (await response.json()) as Document;
}

/** Status, code and detail of a refusal, whose form is checked on the way. */
export async function refusalOf(response: Response): Promise<string> {
  const problem = await documentOf<Problem>(response);
  const good =
    response.headers.get("content-type") === "application/problem+json" &&
    Object.hasOwn(PROBLEMS, problem.code) &&
    problem.type === `urn:fanfare:problem:${problem.code}` &&
    problem.title === PROBLEMS[problem.code].title &&
    problem.status === PROBLEMS[problem.code].status &&
    problem.status === response.status &&
    typeof problem.detail === "string";
  if (!good) throw new Error(`${response.status} is no problem: ${JSON.stringify(problem)}`);
  return `${problem.status} ${problem.code} ${problem.detail}`;
}
