import type { Wire } from "../../core/ports/connection.ts";
import { notificationsWire } from "./notification.ts";
import { textFrame } from "./text-frame.ts";

/** JSON-RPC notifications as complete WebSocket frames. */
export const websocketWire: Wire<Buffer> = notificationsWire("websocket", textFrame);
