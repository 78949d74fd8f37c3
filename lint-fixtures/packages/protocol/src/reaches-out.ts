import "node:crypto"; // refused: no-restricted-imports
import "zod"; // refused: no-restricted-imports
import "fanfare"; // refused: no-restricted-imports
import "../../fanfare/src/index.ts"; // refused: no-restricted-imports
import "./cursor.ts";
