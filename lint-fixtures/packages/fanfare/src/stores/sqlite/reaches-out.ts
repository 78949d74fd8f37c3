import "../../transports/sse/connection.ts"; // refused: no-restricted-imports
import "../../http/api.ts"; // refused: no-restricted-imports
import "../../access/jwt.ts"; // refused: no-restricted-imports
import "../../outbox/relay.ts"; // refused: no-restricted-imports
import "../../contract/frames.ts"; // refused: no-restricted-imports
import "../../daemon/serve.ts"; // refused: no-restricted-imports
import "../memory/log.ts"; // refused: no-restricted-imports
import "node:sqlite";
import "../../core/ports/log.ts";
