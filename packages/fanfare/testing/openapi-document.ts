import { readFile } from "node:fs/promises";
import { DEFAULT_LIMITS } from "@fanfare/protocol";
import { describeApi } from "../src/http/openapi.ts";
import { allRoutes } from "../src/http/routes/all.ts";

/** Where the description of the API is kept for those who read it without a daemon. */
export const OPENAPI_FILE: URL = new URL("../../../docs/openapi.json", import.meta.url);

/** What the file must say now. */
export async function openapiText(): Promise<string> {
  const manifest = await readFile(new URL("../package.json", import.meta.url), "utf8");
  const { version } = JSON.parse(manifest) as { version: string };
  return `${JSON.stringify(describeApi(allRoutes(DEFAULT_LIMITS), version), null, 2)}\n`;
}
