import "../../stores/memory/log.ts"; // refused: no-restricted-imports
import "../../http/api.ts"; // refused: no-restricted-imports
import "../access/grants.ts";
import "../ports/log.ts";
