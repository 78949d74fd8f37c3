import "../stores/sqlite/log.ts"; // refused: no-restricted-imports
import "../http/api.ts"; // refused: no-restricted-imports
import "../hub/create-hub.ts"; // refused: no-restricted-imports
import "../hub/node-runtime.ts";
import "../core/ports/log.ts";

export const chance = (): number => Math.random(); // refused: no-restricted-properties

export const now = (): number => new Date().getTime(); // refused: no-restricted-globals
