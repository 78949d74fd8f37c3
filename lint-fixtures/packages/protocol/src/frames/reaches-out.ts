import "../../package.json"; // refused: no-restricted-imports
import "../cursor.ts";
