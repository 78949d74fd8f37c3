import "../cli/main.ts"; // refused: no-restricted-imports
import "../testing/history.ts"; // refused: no-restricted-imports
import "../stores/sqlite/log.ts";
import "../http/api.ts";
