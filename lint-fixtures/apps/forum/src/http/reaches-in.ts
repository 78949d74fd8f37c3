import "../service/forum.ts"; // refused: no-restricted-imports
import "../contracts.ts"; // refused: no-restricted-imports
import "kysely"; // refused: no-restricted-imports
import "node:sqlite"; // refused: no-restricted-imports
import "fanfare/src/core/hub.ts"; // refused: no-restricted-imports
import "../contract/routes.ts";
import "./words.ts";
import "fanfare/app";
