import "../daemon/serve.ts"; // refused: no-restricted-imports
import "../cli/main.ts"; // refused: no-restricted-imports
import "../core/ports/log.ts";
