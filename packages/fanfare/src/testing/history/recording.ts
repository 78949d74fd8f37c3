import type {
  Delivery,
  DeliveryPolicy,
  NotificationFrame,
  RequestFrame,
  RequestId,
  ResultFrame,
  SubscribeParams,
  SubscribeResult,
} from "@fanfare/protocol";
import type { SubscriptionHistory } from "./history.ts";

/** A frame of one connection, sent or received. */
export type RecordedFrame = RequestFrame | ResultFrame | NotificationFrame;

/**
 * Reads what a client of one connection wrote down: its frames in both directions, in their order, one JSON document a
 * line. Answers a history for each subscription that was answered; frames that say nothing of subscriptions are passed
 * over. Throws `SyntaxError` with the line's number where a line is not JSON.
 *
 * @example
 * const subscriptions = parseRecording(await readFile("frames.ndjson", "utf8"));
 * const violations = checkHistory({ log: { epoch: "k3x", events }, subscriptions });
 */
export function parseRecording(ndjson: string): readonly SubscriptionHistory[] {
  const lines = ndjson.split("\n").map((text, index) => ({ text, number: index + 1 }));
  return toSubscriptions(lines.filter(({ text }) => text.trim() !== "").map(parseLine));
}

/** The same from frames that are values already. */
export function toSubscriptions(frames: Iterable<RecordedFrame>): readonly SubscriptionHistory[] {
  const asked = new Map<RequestId, SubscribeParams>();
  const open = new Map<string, Delivery[]>();
  const histories: SubscriptionHistory[] = [];
  for (const frame of frames) {
    if ("result" in frame) {
      const params = asked.get(frame.id);
      if (params === undefined) continue;
      asked.delete(frame.id);
      const deliveries: Delivery[] = [];
      open.set(params.subscription, deliveries);
      histories.push(toHistory(params, frame.result as SubscribeResult, deliveries));
    } else if (frame.method === "subscribe") {
      asked.set(frame.id, frame.params);
    } else if (frame.method === "deliver") {
      open.get(frame.params.subscription)?.push(frame.params);
    }
  }
  return histories;
}

function parseLine({ text, number }: { readonly text: string; readonly number: number }): RecordedFrame {
  try {
    return JSON.parse(text) as RecordedFrame;
  } catch (cause) {
    throw new SyntaxError(`recording, line ${number}: is not JSON`, { cause });
  }
}

function toHistory(
  params: SubscribeParams,
  { cursor, scope, recovered }: SubscribeResult,
  deliveries: readonly Delivery[],
): SubscriptionHistory {
  const { subscription, topics, filter, after, delivery } = params;
  return {
    name: `subscription ${subscription}`,
    topics,
    filter,
    policy: toPolicy(delivery),
    asked: { after, scope: params.scope },
    opened: { cursor, scope, recovered },
    deliveries,
  };
}

/** As the hub reads it: `keep` is 1 where it is not given. */
function toPolicy(delivery: SubscribeParams["delivery"]): DeliveryPolicy | undefined {
  if (delivery?.policy === "latest") return { policy: "latest", keep: delivery.keep ?? 1 };
  if (delivery?.policy === "conflate") return { policy: "conflate", key: delivery.key ?? "" };
  return undefined;
}
