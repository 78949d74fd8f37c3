import "../stores/sqlite/log.ts"; // refused: no-restricted-imports
import "../transports/sse/connection.ts"; // refused: no-restricted-imports
import "../http/api.ts"; // refused: no-restricted-imports
import "jose";
