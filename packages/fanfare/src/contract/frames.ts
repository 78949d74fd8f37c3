import type { Filter, Method, Requests } from "@fanfare/protocol";
import { z } from "zod";
import { readEventInputs } from "./events.ts";
import { checkShape } from "./shape.ts";
import { readSignal } from "./signals.ts";

/** What a filter, topic or cursor means is the hub's to judge; here only its JSON shape is checked. */
const filter: z.ZodType<Filter> = z.record(z.string(), z.unknown()) as unknown as z.ZodType<Filter>;

/** Params of a subscription, as `subscribe` and the query of an SSE stream give them. */
export const subscribeParams: z.ZodType<Requests["subscribe"]> = z.object({
  subscription: z.string(),
  topics: z.array(z.string()),
  filter: filter.optional(),
  after: z.string().optional(),
  scope: z.string().optional(),
  profile: z.string().optional(),
  consumer: z.string().optional(),
  delivery: z.object({ policy: z.string(), keep: z.number().optional(), key: z.string().optional() }).optional(),
});

/** Params of every WebSocket request, by method, as far as they are the request's own: events and signals are judged after. */
export const requestParams: { readonly [M in Method]: z.ZodType } = {
  subscribe: subscribeParams,
  unsubscribe: z.object({ subscription: z.string() }),
  publish: z.object({ topic: z.string(), events: z.array(z.unknown()) }),
  ack: z.object({ subscription: z.string(), cursor: z.string() }),
  signal: z.object({ topic: z.string() }),
  renew: z.object({ token: z.string() }),
  ping: z.object({}).optional(),
};

/** A method with params that fit it. */
export type Call = { readonly [M in Method]: { readonly method: M; readonly params: Requests[M] } }[Method];

export function isMethod(name: string): name is Method {
  return Object.hasOwn(requestParams, name);
}

/** Throws `invalid_request` that names the first param with the wrong shape, `invalid_event` for what is to be published. */
export function parseParams(method: Method, params: unknown): Call {
  checkShape(requestParams[method], params, SHAPE);
  if (method === "publish") readEventInputs((params as Requests["publish"]).events);
  else if (method === "signal") readSignal(params as Requests["signal"]);
  // What was checked is passed on as it came: a copy would drop a member called __proto__ in silence.
  return { method, params: params ?? {} } as Call;
}

const SHAPE = { name: "params", code: "invalid_request" } as const;
