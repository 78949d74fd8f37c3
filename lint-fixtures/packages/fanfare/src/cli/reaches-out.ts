import "fanfare"; // refused: no-restricted-imports
import "../testing/history.ts"; // refused: no-restricted-imports
import "../daemon/serve.ts";
