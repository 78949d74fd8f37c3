import type { NotificationFrame, ProblemCode, Cursor, Signal } from "@fanfare/protocol";
import type { EncodedDelivery, Wire } from "../../core/ports/connection.ts";
import { deliveryJson } from "../delivery-json.ts";
import { textFrame } from "./text-frame.ts";

/** JSON-RPC notifications as complete WebSocket frames. */
export const websocketWire: Wire<Buffer> = {
  name: "websocket",
  deliver: (delivery: EncodedDelivery) => notification("deliver", deliveryJson(delivery)),
  signal: (signal: Signal) => notification("signal", JSON.stringify(signal)),
  ended: (subscription: string, code: ProblemCode, cursor: Cursor) =>
    notification("ended", JSON.stringify({ subscription, code, cursor })),
  goaway: (reconnectAfterMs: number, reason: string) =>
    notification("goaway", JSON.stringify({ reconnectAfterMs, reason })),
};

/** `params` is JSON text. */
export function notification(method: NotificationFrame["method"], params: string): Buffer {
  return textFrame(`{"jsonrpc":"2.0","method":"${method}","params":${params}}`);
}
