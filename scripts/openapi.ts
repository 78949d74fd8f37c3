/** `npm run openapi`: writes docs/openapi.json anew; a test fails while the file is not what this would write. */
import { writeFile } from "node:fs/promises";
import { OPENAPI_FILE, openapiText } from "../packages/fanfare/testing/openapi-document.ts";

await writeFile(OPENAPI_FILE, await openapiText());
