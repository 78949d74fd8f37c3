import "../store/threads.ts"; // refused: no-restricted-imports
import "kysely"; // refused: no-restricted-imports
import "fanfare"; // refused: no-restricted-imports
import "node:fs"; // refused: no-restricted-imports
import "@fanfare/protocol";
import "./states.ts";
