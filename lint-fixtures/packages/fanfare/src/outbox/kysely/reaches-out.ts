import "../../transports/sse/connection.ts"; // refused: no-restricted-imports
import "../sqlite/store.ts"; // refused: no-restricted-imports
import "../postgres/store.ts"; // refused: no-restricted-imports
import "../relay.ts";
