import { FanfareError, PROBLEMS, type Problem } from "@fanfare/protocol";
import { ACTOR_HEADER, writeActor, type Actor } from "./actor.ts";
import type { App } from "./app.ts";
import { KEY_HEADER, type Caller } from "./call.ts";
import { hasBody, pathFields } from "./route-check.ts";
import type { RouteSpec, RouteTable, Service } from "./route.ts";

/** Where an app is served. */
export interface RemoteServer {
  readonly url: string | URL;
  readonly token?: string | undefined;
  /** Of calls whose caller names none; a server takes it in open loopback mode only. */
  readonly actor?: Actor | undefined;
  /** Milliseconds that an answer may take. Default 30 000. */
  readonly timeoutMs?: number | undefined;
}

/** Nobody answered: it is not known whether the call had its effect. */
export class UnreachedError extends Error {
  override readonly name = "UnreachedError";
}

/**
 * The service of an app over HTTP: throws what the local one throws, and {@link UnreachedError} where nobody answers.
 *
 * @example
 * const service = remoteService(notes, { url: "http://127.0.0.1:3001" });
 * await service.addNote({ text: "Buy milk" }, { idempotencyKey: crypto.randomUUID() });
 */
export function remoteService<Routes extends RouteTable>(app: App<Routes>, server: RemoteServer): Service<Routes> {
  const methods = Object.entries(app.routes).map(([name, route]) => [
    name,
    (input: Readonly<Record<string, unknown>>, caller?: Caller) =>
      call(route, input, addressOf(app, server), { server, caller }),
  ]);
  return Object.fromEntries(methods) as Service<Routes>;
}

interface Sender {
  readonly server: RemoteServer;
  readonly caller: Caller | undefined;
}

function addressOf({ name }: Pick<App, "name">, { url }: RemoteServer): string {
  return `${String(url).replace(/\/+$/, "")}/api/v1/${name}`;
}

async function call(
  route: RouteSpec,
  input: Readonly<Record<string, unknown>>,
  base: string,
  sender: Sender,
): Promise<unknown> {
  const { method, path } = route;
  const inPath = pathFields(path);
  const rest = Object.entries(input).filter(([name, value]) => !inPath.includes(name) && value !== undefined);
  const url = new URL(base + path.replaceAll(/\{(\w+)\}/g, (_, name: string) => pathPart(name, input[name])));
  if (!hasBody(method))
    for (const [name, value] of rest) for (const one of [value].flat()) url.searchParams.append(name, String(one));
  const body = hasBody(method) && Object.keys(route.input.shape).length > inPath.length;
  const response = await reach(url, {
    method,
    headers: { ...headersOf(sender), ...(body && { "content-type": "application/json" }) },
    ...(body && { body: JSON.stringify(Object.fromEntries(rest)) }),
    signal: AbortSignal.timeout(sender.server.timeoutMs ?? 30_000),
  });
  return answerOf(response.status, response.text);
}

/** An address has no part that is empty, or that stands for a folder. */
function pathPart(name: string, value: unknown): string {
  const text =
    typeof value === "string" || typeof value === "number" || typeof value === "boolean" ? String(value) : "";
  if (text === "" || text === "." || text === "..")
    throw new FanfareError("invalid_request", `${name}: must be text that can stand in an address`);
  return encodeURIComponent(text);
}

function headersOf({ server, caller }: Sender): Readonly<Record<string, string>> {
  const actor = caller?.actor ?? server.actor;
  const key = caller?.idempotencyKey;
  return {
    accept: "application/json",
    ...(server.token !== undefined && { authorization: `Bearer ${server.token}` }),
    ...(actor !== undefined && { [ACTOR_HEADER]: writeActor(actor) }),
    ...(key !== undefined && { [KEY_HEADER]: key }),
  };
}

async function reach(url: URL, init: RequestInit): Promise<{ readonly status: number; readonly text: string }> {
  try {
    const response = await fetch(url, init);
    return { status: response.status, text: await response.text() };
  } catch (error) {
    // What could not be sent at all is the caller's own.
    if (error instanceof TypeError && !("cause" in error))
      throw new FanfareError("invalid_request", error.message, { cause: error });
    throw new UnreachedError(`server not reached at ${url.origin}: ${reasonOf(error)}`, { cause: error });
  }
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  if (!(cause instanceof Error)) return error.message;
  return "code" in cause && cause.code === "ECONNREFUSED" ? "connection refused" : cause.message;
}

function answerOf(status: number, text: string): unknown {
  const document = parse(text);
  if (status >= 200 && status < 300) return document;
  if (isProblem(document)) throw new FanfareError(document.code, document.detail);
  throw new FanfareError("unavailable", `this is no Fanfare daemon: it answered ${status}`);
}

function parse(text: string): unknown {
  try {
    return text === "" ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isProblem(value: unknown): value is Problem {
  if (typeof value !== "object" || value === null) return false;
  const { code, detail } = value as Partial<Problem>;
  return code !== undefined && Object.hasOwn(PROBLEMS, code) && typeof detail === "string";
}
