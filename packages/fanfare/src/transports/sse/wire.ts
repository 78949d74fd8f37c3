import { parseCursor, type Cursor, type Heartbeat, type ProblemCode, type Signal } from "@fanfare/protocol";
import type { EncodedDelivery, Wire } from "../../core/ports/connection.ts";
import { deliveryJson } from "../delivery-json.ts";
import { streamEvent } from "./event-stream.ts";

/** What an SSE wire makes: bytes for everybody, and what they mean for the stream. */
export interface StreamChunk {
  readonly bytes: Buffer;
  /** `ended`: the subscription is over. `bye`: the client knows that the stream ends and when to come back. */
  readonly ends?: "subscription" | "bye";
}

/** One event of the log is one SSE event, whose id is the cursor up to it: what `EventSource` understands by itself. */
export const eventsWire: Wire<StreamChunk> = {
  name: "sse",
  deliver: (delivery) => chunk(eventsText(delivery)),
  signal: signalChunk,
  ended: endedChunk,
  goaway: goawayChunk,
};

/** Deliveries as over WebSocket: their intervals prove completeness, and several subscriptions share the stream. */
export const deliveriesWire: Wire<StreamChunk> = {
  name: "sse-deliveries",
  deliver: (delivery) => chunk(streamEvent({ event: "deliver", data: deliveryJson(delivery) })),
  signal: signalChunk,
  ended: endedChunk,
  goaway: goawayChunk,
};

/** Tells a client where it is although nothing matched, and where its stream begins under which scope. */
export function heartbeatText(cursor: Cursor, scope?: string): string {
  const heartbeat: Heartbeat = scope === undefined ? { cursor } : { cursor, scope };
  return streamEvent({ event: "heartbeat", id: cursor, data: JSON.stringify(heartbeat) });
}

/**
 * An id never says more than was sent: an event's is its own position, not the delivery's cursor. What the cursor says
 * beyond the last event, the next heartbeat says.
 */
function eventsText({ prev, gap, entries, cursor }: EncodedDelivery): string {
  if (gap === undefined && entries.length === 0) return heartbeatText(cursor);
  const { epoch, position: end } = parseCursor(cursor);
  let text = "";
  if (gap !== undefined) {
    // Kept events of the gap's range may still follow (`superseded`, `trimmed`): then reading goes on before them.
    const clear = (entries[0]?.position ?? Infinity) > gap.to;
    const id = clear ? `${epoch}:${Math.min(gap.to, end)}` : prev;
    text += streamEvent({ event: "gap", id, data: JSON.stringify(gap) });
  }
  for (const { position, type, json } of entries)
    text += streamEvent({ id: `${epoch}:${position}`, event: type, data: json });
  return text;
}

function signalChunk(signal: Signal): StreamChunk {
  return chunk(streamEvent({ event: "signal", data: JSON.stringify(signal) }));
}

function endedChunk(subscription: string, code: ProblemCode, cursor: Cursor): StreamChunk {
  const text = streamEvent({ event: "ended", data: JSON.stringify({ subscription, code, cursor }) });
  return { ...chunk(text), ends: "subscription" };
}

/** `retry` makes an `EventSource` keep its slot without a line of code. */
function goawayChunk(reconnectAfterMs: number, reason: string): StreamChunk {
  const data = JSON.stringify({ reason, reconnectAfterMs });
  return { ...chunk(streamEvent({ event: "bye", retry: reconnectAfterMs, data })), ends: "bye" };
}

function chunk(text: string): StreamChunk {
  const bytes = Buffer.allocUnsafeSlow(Buffer.byteLength(text));
  bytes.write(text);
  return { bytes };
}
