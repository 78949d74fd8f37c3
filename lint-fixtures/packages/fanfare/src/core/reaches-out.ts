import "node:fs"; // refused: no-restricted-imports
import type { Buffer } from "node:buffer"; // refused: no-restricted-imports
import "pino"; // refused: no-restricted-imports
import "@hono/node-server"; // refused: no-restricted-imports
import "@standard-schema/spec"; // refused: no-restricted-imports
import "fanfare"; // refused: no-restricted-imports
import "@fanfare/client"; // refused: no-restricted-imports
import "../stores/sqlite/log.ts"; // refused: no-restricted-imports
export { deliver } from "../transports/websocket/connection.ts"; // refused: no-restricted-imports
import "../index.ts"; // refused: no-restricted-imports
import "@fanfare/protocol";
import "./ports/log.ts";

export type Kept = Buffer;
