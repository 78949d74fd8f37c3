import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { allDocuments, documents } from "./documents.ts";
import { root, type Markdown } from "./markdown.ts";
import { Process } from "./process.ts";

/** Commands that stand within a sentence or a table, and why they are not run here; `npm run dev` is, below. */
const COMMANDS: Readonly<Record<string, string>> = {
  "npm run dev": "it is run below",
  "npm start": "README.md's blocks are run against the daemon that it ends in",
  "npm start -- --addr 127.0.0.1:4000": "the same, and the flag is the command line's",
  "npm test": "it is what runs this test",
  "npm run check": "npm test begins with it",
  "npm run size": "npm run check ends with it",
  "npm run build": "npm run check begins with it",
  "npm run clean": "it would take away what others are using",
  "npm run format": "it would change files; npm run check asks whether it has been run",
  "npm run lock": "it would change the lockfile",
  "npm run demo": "e2e/demo runs it",
  "npm run test:simulate": "it takes minutes; .ci/run runs it",
  "npm run test:crash": "it takes minutes; .ci/run runs it",
  "npm run test:slow": "it takes minutes; .ci/run runs it",
  "npm run test:outbox": "it takes minutes; .ci/run runs it",
  "npm run test:jitter": "it takes minutes; .ci/run runs it",
  "node scripts/bundle-size.ts": "npm run check ends with it",
  "npm run test:bun": "it downloads 100 MB",
  "npm run test:lossy": "it takes minutes; .ci/run runs it",
  "npm run test:mutants": "it takes minutes; .ci/run runs it",
  "npx vitest run packages/protocol": "npm test runs these tests",
  "npx vitest packages/protocol": "it waits for changes",
  "npx vite build packages/fanfare/page --watch": "it waits for changes; npm run check builds the page",
  "npm install": "it would change the lockfile",
  "npm ci": "scripts/setup.mjs runs it where something is missing",
  ".ci/run": "it is npm test and the long suites",
  "PATH=$PWD/node_modules/.bin:$PATH npm install --save-dev --save-exact <package>": "it is a form to fill in",
  "node file.ts": "it is a form to fill in",
};

/** Commands within the prose and the tables of documents. */
function commandsOf(all: readonly Markdown[]): readonly string[] {
  const spans = all.flatMap((document) => document.spans);
  return [...new Set(spans)].filter((span) => /^(?:(?:npm|npx|node|apt-get) |PATH=|\.ci\/run)/.test(span));
}

test("of every command within a sentence or a table it is known where it is run, or why not", () => {
  expect(commandsOf(documents).toSorted()).toEqual(Object.keys(COMMANDS).toSorted());
});

test("every npm script that is written about exists", () => {
  const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { readonly scripts: object };
  const named = commandsOf(allDocuments).flatMap(
    (command) => /\bnpm (?:run )?(start|test|[\w:-]+)/.exec(command)?.[1] ?? [],
  );
  const own = new Set(["install", "ci", "pack"]);
  expect(named.length).toBeGreaterThan(5);
  expect(named.filter((name) => !own.has(name) && !Object.hasOwn(scripts, name))).toEqual([]);
});

test("no block can fetch a stranger's program: where Fanfare is not installed, npx has been told not to look for it", () => {
  const blocks = allDocuments.flatMap(({ blocks: all }) => all.map(({ body }) => body));
  expect(blocks.filter((body) => body.includes("npx --no -- fanfare")).length).toBeGreaterThan(1);
  expect(blocks.filter((body) => /\bnpx (?!--no -- )(?:\S+ )*?fanfare\b/.test(body))).toEqual([]);
});

test("npm run dev starts a daemon from the sources", async () => {
  const folder = await mkdtemp(join(tmpdir(), "fanfare-docs-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const env = { ...process.env, FANFARE_ADDR: "127.0.0.1:0", FANFARE_DB: join(folder, "log.db") };
  const running = new Process(["npm", "run", "dev"], { cwd: root, env });
  onTestFinished(() => running.stop());
  await running.until(/^listening on /m);
  expect(running.said).toContain("--watch");
});
