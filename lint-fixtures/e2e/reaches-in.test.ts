import "../packages/fanfare/src/core/broker/broker.ts"; // refused: no-restricted-imports
import "fanfare/dist/core/broker/broker.js"; // refused: no-restricted-imports
import "@fanfare/protocol/src/cursor.ts"; // refused: no-restricted-imports
import "fanfare/sqlite";
import "@fanfare/protocol";
