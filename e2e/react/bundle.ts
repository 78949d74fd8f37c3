import { dirname } from "node:path";
import { build, defaultClientConditions } from "vite";

/** A page's files by their paths, as a server gives them. */
export type Files = ReadonlyMap<string, string | Uint8Array>;

/** What Vite makes of a page or a script and of the packages' sources, without any configuration but where these are. */
export async function bundle(input: string, define: Readonly<Record<string, string>> = {}): Promise<Files> {
  const built = await build({
    root: dirname(input),
    configFile: false,
    logLevel: "warn",
    define,
    resolve: { conditions: ["@fanfare/source", ...defaultClientConditions] },
    build: { write: false, minify: false, rolldownOptions: { input, output: { entryFileNames: "page.js" } } },
  });
  const outputs = Array.isArray(built) ? built : [built];
  const files = outputs.flatMap((one) => ("output" in one ? one.output : []));
  return new Map(files.map((file) => [`/${file.fileName}`, file.type === "chunk" ? file.code : file.source]));
}
