import "../stores/sqlite/log.ts"; // refused: no-restricted-imports
import "../transports/sse/connection.ts"; // refused: no-restricted-imports
import "../access/jwt.ts"; // refused: no-restricted-imports
import "../apps/app.ts"; // refused: no-restricted-imports
import "../daemon/serve.ts"; // refused: no-restricted-imports
import "../contract/bodies.ts";
import "./access.ts";
