import "../../stores/memory/log.ts"; // refused: no-restricted-imports
import "../../http/api.ts"; // refused: no-restricted-imports
import "../../access/jwt.ts"; // refused: no-restricted-imports
import "../../cli/main.ts"; // refused: no-restricted-imports
import "../sse/connection.ts"; // refused: no-restricted-imports
import "../../contract/frames.ts";
import "../../core/broker/broker.ts";
