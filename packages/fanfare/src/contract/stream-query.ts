import { FanfareError, type Limits, type SubscribeParams } from "@fanfare/protocol";
import { z } from "zod";
import { accessToken } from "./access-token.ts";
import { subscribeParams } from "./frames.ts";
import { parseJson } from "./json-text.ts";
import { defineQuery, jsonParameter, type Query } from "./query.ts";
import { pacingShape, type PageQuery } from "./reads.ts";
import { selectionShape, toDelivery, toFilter, type SelectionQuery } from "./selection-query.ts";
import { checkShape } from "./shape.ts";
import type { StreamParams } from "./streams.ts";

export interface StreamQuery extends PageQuery {
  readonly consumer?: string | undefined;
  readonly format?: StreamParams["format"] | undefined;
  readonly subscriptions?: readonly SubscribeParams[] | undefined;
  readonly access_token?: string | undefined;
}

export function streamQuery(limits: Limits): Query<StreamQuery> {
  return defineQuery({
    ...selectionShape(limits),
    ...pacingShape(limits),
    consumer: z.string().optional().meta({ description: "Streams: name of a durable consumer to go on with." }),
    format: z.enum(["events", "deliveries"]).optional().meta({
      description: "Streams: `events` (default), or `deliveries` as over the WebSocket, which prove completeness.",
    }),
    subscriptions: jsonParameter(z.array(subscribeParams), (text) => readSubscriptions(text, limits))
      .optional()
      .meta({
        description:
          "Streams with `format=deliveries`: several subscriptions, each as the WebSocket's `subscribe` takes it.",
      }),
    access_token: accessToken,
  });
}

/** @param lastEventId the header of a client that comes back: wins over `after` where there is one subscription */
export function toStreamParams(query: StreamQuery, lastEventId: string | undefined): StreamParams {
  const { format = "events", subscriptions, ...rest } = query;
  if (subscriptions === undefined) return { format, subscriptions: [comeBack(toSubscription(rest), lastEventId)] };
  if (format !== "deliveries") throw new FanfareError("invalid_request", "subscriptions: needs format=deliveries");
  const name = Object.keys(rest).find((key) => !BESIDE.has(key));
  if (name !== undefined)
    throw new FanfareError("invalid_request", `${name}: belongs into subscriptions where these are given`);
  const [only] = subscriptions;
  const single = only !== undefined && subscriptions.length === 1;
  return { format, subscriptions: single ? [comeBack(only, lastEventId)] : subscriptions };
}

/** The connection's own parameters, and those that mean nothing to a stream. */
const BESIDE: ReadonlySet<string> = new Set(["profile", "access_token", "limit", "wait"]);

function toSubscription(query: SelectionQuery & Pick<StreamQuery, "consumer">): SubscribeParams {
  const { topic = [">"], after, scope, consumer } = query;
  return {
    subscription: "1",
    topics: topic,
    filter: toFilter(query),
    after,
    scope,
    consumer,
    delivery: toDelivery(query),
  };
}

function comeBack(params: SubscribeParams, lastEventId: string | undefined): SubscribeParams {
  return lastEventId === undefined ? params : { ...params, after: lastEventId };
}

function readSubscriptions(text: string, limits: Limits): SubscribeParams[] {
  const value = parseJson("subscriptions", text, limits);
  const shape = z.array(subscribeParams).min(1).max(limits.subscriptionsPerConnection);
  return checkShape(shape, value, { name: "subscriptions", code: "invalid_request" });
}
