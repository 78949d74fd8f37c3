import "../store/threads.ts"; // refused: no-restricted-imports
import "../domain/state.ts"; // refused: no-restricted-imports
import "../contract/routes.ts";
import "commander";
