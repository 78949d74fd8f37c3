import type { NotificationFrame } from "@fanfare/protocol";
import type { Wire } from "../../core/ports/connection.ts";
import { deliveryJson } from "../delivery-json.ts";

/** A JSON-RPC notification as text; `params` is JSON text. */
export function notification(method: NotificationFrame["method"], params: string): string {
  return `{"jsonrpc":"2.0","method":"${method}","params":${params}}`;
}

/** The wire format of JSON-RPC notifications, each packed as its transport sends text. */
export function notificationsWire<Chunk>(name: string, pack: (text: string) => Chunk): Wire<Chunk> {
  return {
    name,
    deliver: (delivery) => pack(notification("deliver", deliveryJson(delivery))),
    signal: (signal) => pack(notification("signal", JSON.stringify(signal))),
    ended: (subscription, code, cursor) => pack(notification("ended", JSON.stringify({ subscription, code, cursor }))),
    goaway: (reconnectAfterMs, reason) => pack(notification("goaway", JSON.stringify({ reconnectAfterMs, reason }))),
  };
}
