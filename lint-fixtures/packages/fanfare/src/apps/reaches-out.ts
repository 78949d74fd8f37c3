import "../stores/sqlite/log.ts"; // refused: no-restricted-imports
import "../transports/sse/connection.ts"; // refused: no-restricted-imports
import "../access/jwt.ts"; // refused: no-restricted-imports
import "../daemon/daemon.ts"; // refused: no-restricted-imports
import "../cli/program.ts"; // refused: no-restricted-imports
import "../outbox/relay.ts";
import "../http/route.ts";
import "../core/hub.ts";
