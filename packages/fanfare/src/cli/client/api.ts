import { PROBLEMS, type Problem } from "@fanfare/protocol";
import { CliError, EXIT } from "../exit.ts";

/** A daemon's public door as the commands use it. */
export interface Api {
  readonly server: URL;
  readonly token: string | undefined;
  get(path: string, query?: URLSearchParams): Promise<unknown>;
  /** For a state, which is a document also where it is none to be glad of. */
  ask(path: string): Promise<{ readonly ok: boolean; readonly document: unknown }>;
  post(path: string, body: unknown): Promise<unknown>;
  /** The address of a path below the server's own, `api/v1/ws` say. */
  address(path: string): URL;
}

/** Longer than any answer takes that is not lost. */
const TIMEOUT_MS = 60_000;

/** Throws {@link CliError}: `unreached` when nobody answers, `failed` with the server's problem when it refuses. */
export function createApi(server: URL, token: string | undefined): Api {
  const base = server.pathname.endsWith("/") ? server : new URL(`${server.pathname}/`, server);
  const address = (path: string): URL => new URL(path, base);
  const headers = { accept: "application/json", ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) };
  return {
    server,
    token,
    address,
    get: async (path: string, query?: URLSearchParams) => {
      const url = address(path);
      url.search = query?.toString() ?? "";
      const response = await reach(url, { headers });
      return documentOf(response, await textOf(response));
    },
    ask: async (path: string) => {
      const response = await reach(address(path), { headers });
      const text = await textOf(response);
      const document = parse(text);
      const state = response.status === 503 && document !== undefined && !isProblem(document);
      return state ? { ok: false, document } : { ok: true, document: documentOf(response, text) };
    },
    post: async (path: string, body: unknown) => {
      const init = {
        method: "POST",
        headers: { ...headers, "content-type": "application/json" },
        body: JSON.stringify(body),
      };
      const response = await reach(address(path), init);
      return documentOf(response, await textOf(response));
    },
  };
}

/** True for a refusal that may be gone in a while. */
export function isPassing(error: unknown): error is CliError {
  if (!(error instanceof CliError)) return false;
  const status = error.problem?.status ?? 0;
  return error.exit === EXIT.unreached || status === 429 || status === 503;
}

async function reach(url: URL, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, { ...init, signal: AbortSignal.timeout(TIMEOUT_MS) });
  } catch (cause) {
    throw new CliError(EXIT.unreached, `server not reached at ${url.origin}: ${reason(cause)}`, { cause });
  }
}

function reason(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  if (!(cause instanceof Error)) return String(cause);
  if ("code" in cause && cause.code === "ECONNREFUSED") return "connection refused";
  // One address after the other was tried, and only the parts have words.
  const [first] = cause instanceof AggregateError ? (cause.errors as readonly unknown[]) : [];
  return first instanceof Error ? first.message : cause.message;
}

async function textOf(response: Response): Promise<string> {
  try {
    return await response.text();
  } catch (cause) {
    throw new CliError(EXIT.unreached, `server lost during its answer: ${reason(cause)}`, { cause });
  }
}

function documentOf({ ok, status }: Response, text: string): unknown {
  const document = parse(text);
  if (ok && document !== undefined) return document;
  const problem = isProblem(document) ? document : undefined;
  const words =
    problem === undefined ? `this is no Fanfare daemon: it answered ${status}` : `${problem.code}: ${problem.detail}`;
  throw new CliError(EXIT.failed, words, { problem });
}

function parse(text: string): unknown {
  try {
    return text === "" ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isProblem(value: unknown): value is Problem {
  return (
    typeof value === "object" &&
    value !== null &&
    "code" in value &&
    typeof value.code === "string" &&
    Object.hasOwn(PROBLEMS, value.code) &&
    "detail" in value
  );
}
