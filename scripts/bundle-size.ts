/** What the client weighs in a page: bundled as an application's bundler does it, minified and gzipped, against a limit. */
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { build, type Rolldown } from "vite";
import { root } from "./run.ts";

type Part = { name: string; code: string; limit: number };

const client = join(root, "packages/client/src");

/** Bytes. The first two are promises of the documentation; the last is what it has come to, so that it grows on purpose only. */
const parts: Part[] = [
  {
    name: "connection and subscriptions over WebSocket",
    code: `export { createCoreClient, webSocket } from "${client}/core.ts"`,
    limit: 5 * 1024,
  },
  {
    name: "with queue, storage, snapshots and event streams",
    code: [
      `export { Client } from "${client}/client.ts"`,
      `export { uuidv7 } from "${client}/machine/uuid.ts"`,
      `export { eventStream } from "${client}/transports/event-stream.ts"`,
      `export { firstOf } from "${client}/transports/first-of.ts"`,
      `export { createCoreClient, webSocket } from "${client}/core.ts"`,
    ].join("\n"),
    limit: 9 * 1024,
  },
  {
    name: "everything, shared tabs too",
    code: `export * from "${client}/index.ts"`,
    limit: 11 * 1024,
  },
];

let over = 0;
for (const { name, code, limit } of parts) {
  const bytes = gzipSync(await bundle(code), { level: 9 }).length;
  if (bytes > limit) over += 1;
  console.log(`${bytes > limit ? "✗" : "✓"} ${name}: ${bytes} of ${limit} bytes`);
}
process.exitCode = over === 0 ? 0 : 1;

/** All scripts that a page would load for it, but for the worker's, which is a script of its own. */
async function bundle(code: string): Promise<string> {
  const id = "virtual:entry";
  const entry = {
    name: "entry",
    resolveId: (asked: string) => (asked === id ? `\0${id}` : undefined),
    load: (asked: string) => (asked === `\0${id}` ? code : undefined),
  };
  const built = (await build({
    configFile: false,
    logLevel: "error",
    root,
    resolve: { conditions: ["@fanfare/source", "module", "browser", "import", "default"] },
    plugins: [entry],
    build: {
      write: false,
      target: ["chrome125", "firefox128", "safari18"],
      modulePreload: { polyfill: false },
      rolldownOptions: { input: id, preserveEntrySignatures: "strict" },
    },
  })) as Rolldown.RolldownOutput | Rolldown.RolldownOutput[];
  const [{ output } = { output: [] }] = [built].flat();
  return output.map((file) => (file.type === "chunk" ? file.code : "")).join("");
}
