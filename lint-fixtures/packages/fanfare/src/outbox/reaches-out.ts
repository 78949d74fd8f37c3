import "../stores/sqlite/log.ts"; // refused: no-restricted-imports
import "../http/api.ts"; // refused: no-restricted-imports
import "../core/ports/log.ts";
