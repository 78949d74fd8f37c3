import type { IncomingMessage, ServerResponse } from "node:http";
import type { ProblemCode } from "@fanfare/protocol";
import type { z } from "zod";
import { defineQuery, type Query } from "../contract/query.ts";
import type { Streams } from "../contract/streams.ts";
import type { Hub } from "../core/hub.ts";
import type { Identity } from "../core/identity.ts";
import type { Abort } from "../core/ports/runtime.ts";
import type { Probe } from "./probe.ts";

/** What routes work with; what is not there is answered as not being there. */
export interface Services {
  readonly hub: Hub;
  readonly streams?: Streams | undefined;
  readonly metrics?: { readonly contentType: string; text(): Promise<string> } | undefined;
  readonly probes?: readonly Probe[] | undefined;
  /** Told of failures that a client is not told all about. */
  readonly report: (error: unknown) => void;
}

/** One request that was let in, with its parts checked. */
export interface Call<Asked, Given> {
  readonly services: Services;
  readonly identity: Identity;
  readonly params: Readonly<Record<string, string>>;
  readonly query: Asked;
  readonly body: Given;
  /** Value of a header by its lower-case name. */
  header(name: string): string | undefined;
  /** The media type to answer with: `application/json`, or one of the route's other forms. */
  readonly accept: string;
  /** The client is gone. */
  readonly abort: Abort;
}

/** Text to send back. */
export interface Answer {
  readonly status: number;
  readonly text: string;
  /** Default `application/json`. */
  readonly type?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A way in which a body may come. */
export interface BodyForm<Body> {
  /** For the API's description. */
  readonly schema: z.ZodType;
  /** Throws for what the route does not take. */
  read(value: unknown): Body;
}

/** A request body by content type; one must be there. */
export type Bodies<Body> = Readonly<Record<string, BodyForm<Body>>>;

/** An answer for the API's description. */
export interface Described {
  readonly description: string;
  readonly type?: string;
  readonly schema?: z.ZodType;
}

/** Another form of a route's 200 for those who prefer it. */
export interface OtherForm {
  readonly schema: z.ZodType;
  /** Descriptions of headers that only this form has, by name. */
  readonly headers: Readonly<Record<string, string>>;
}

/** What a stream writes its head and events to. */
export interface Wires {
  readonly incoming: IncomingMessage;
  readonly outgoing: ServerResponse;
  /** For the head, beside what the stream itself needs. */
  readonly headers: Readonly<Record<string, string>>;
}

/** The other form of a route, for `Accept: text/event-stream`; `?access_token=` counts here, since a browser cannot send headers. */
export interface StreamForm<Streamed> {
  readonly query: Query<Streamed>;
  readonly description: string;
  /** Resolves once the head is written. */
  handle(call: Call<Streamed, undefined>, wires: Wires): Promise<void>;
}

export type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

/**
 * One route as data: the router and the API's description are both made from it, so that they cannot disagree.
 * `handle` calls a service and writes down its answer; rules live in the hub.
 */
export interface RouteSpec<Asked, Given, Streamed> {
  readonly method: Method;
  /** With parameters as `{name}`. */
  readonly path: `/${string}`;
  /** Its name in clients made from the description. */
  readonly operation: string;
  readonly summary: string;
  readonly description?: string;
  /** `open`: nobody is asked who they are. */
  readonly access: "open" | "guarded";
  readonly params?: Readonly<Record<string, string>>;
  /** Descriptions of headers that it reads, by name. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly query?: Query<Asked>;
  readonly bodies?: Bodies<Given>;
  readonly answers: Readonly<Record<number, Described>>;
  /** By media type; `handle` finds the wanted one in `accept`. */
  readonly forms?: Readonly<Record<string, OtherForm>>;
  /** Beside those that any route of this kind may answer with. */
  readonly problems?: readonly ProblemCode[];
  readonly stream?: StreamForm<Streamed>;
  /** `?access_token=` counts for this route whatever it answers with. */
  readonly queryToken?: true;
  handle(call: Call<Asked, Given>): Promise<Answer> | Answer;
}

/** A route whose kinds of query and body are its own business. */
export type Route = RouteSpec<unknown, unknown, unknown>;

/** A route that takes no parameters refuses them. */
const NO_QUERY: Query<Readonly<Record<string, never>>> = defineQuery({});

/** Types a route by its own parts. */
export function defineRoute<Asked = unknown, Given = undefined, Streamed = undefined>(
  spec: RouteSpec<Asked, Given, Streamed>,
): Route {
  return { query: NO_QUERY, ...spec };
}

export function json(value: unknown, status = 200): Answer {
  return { status, text: JSON.stringify(value) };
}
