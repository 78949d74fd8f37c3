import "../http/api.ts"; // refused: no-restricted-imports
import "../transports/sse/connection.ts"; // refused: no-restricted-imports
import "zod";
