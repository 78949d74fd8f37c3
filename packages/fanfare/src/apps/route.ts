import type { ProblemCode } from "@fanfare/protocol";
import type { z } from "zod";
import type { Method } from "../http/route.ts";
import type { Call, Caller } from "./call.ts";

/** One method of an app's service and the one address that it has over HTTP. */
export interface RouteSpec<
  Input extends z.ZodObject = z.ZodObject,
  Output extends z.ZodType | undefined = z.ZodType | undefined,
> {
  readonly method: Method;
  /** Below `/api/v1/<app>`, with parameters as `{name}`: `/threads/{thread}/posts`. */
  readonly path: `/${string}`;
  /** One line. */
  readonly summary: string;
  readonly description?: string | undefined;
  /**
   * All of the input in one flat object: what `path` names comes from there, the rest from the query (GET, DELETE) or from
   * the JSON body. Unknown members are refused. In path and query, numbers and booleans are written as text, lists by
   * repeating the name. No transforms: it must mean the same in process and over HTTP.
   */
  readonly input: Input;
  /** JSON. Without it the answer is 204. */
  readonly output?: Output;
  /** Default 200, or 204 without an output. */
  readonly status?: number | undefined;
  /** Codes beside those that every route may answer with. */
  readonly problems?: readonly ProblemCode[] | undefined;
}

/** An app's routes by the names of the service's methods. */
export type RouteTable = Readonly<Record<string, RouteSpec>>;

/** What a caller gives. */
export type InputOf<Route extends RouteSpec> = z.input<Route["input"]>;
/** What the service is given: checked, with its defaults. */
export type CheckedOf<Route extends RouteSpec> = z.output<Route["input"]>;
export type OutputOf<Route extends RouteSpec> = [NonNullable<Route["output"]>] extends [never]
  ? void
  : z.output<NonNullable<Route["output"]>>;

/** What callers have: in process, over HTTP, from the command line. */
export type Service<Routes extends RouteTable> = {
  readonly [Name in keyof Routes]: (input: InputOf<Routes[Name]>, caller?: Caller) => Promise<OutputOf<Routes[Name]>>;
};

/** What an app writes. */
export type Handlers<Routes extends RouteTable> = {
  readonly [Name in keyof Routes]: (input: CheckedOf<Routes[Name]>, call: Call) => Promise<OutputOf<Routes[Name]>>;
};

/**
 * Types a route; answers what it is given.
 *
 * @example
 * const addNote = defineRoute({
 *   method: "POST",
 *   path: "/notes",
 *   summary: "Add a note",
 *   input: z.object({ text: z.string().min(1).max(1_000) }),
 *   output: z.object({ id: z.string() }),
 *   status: 201,
 * });
 */
export function defineRoute<Input extends z.ZodObject, Output extends z.ZodType | undefined = undefined>(
  route: RouteSpec<Input, Output>,
): RouteSpec<Input, Output> {
  return route;
}
