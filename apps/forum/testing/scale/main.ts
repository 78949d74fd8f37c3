/**
 * A forum of 100 000 threads and a million posts: how long its lists, queues, searches and writes take. The figures are
 * printed. `npm run bench:forum -- [threads] [posts]`.
 */
import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createHub, type Hub } from "fanfare";
import { openApp } from "fanfare/app";
import { memoryLog } from "fanfare/memory";
import { forum } from "../../src/app.ts";
import { ask } from "./asks.ts";
import { toTable } from "./figures.ts";
import { seed, type Size } from "./seed.ts";

const [threads = 100_000, posts = 1_000_000] = process.argv.slice(2).map(Number);
const size: Size = { threads, posts, tickets: Math.ceil(threads / 100), runs: Math.ceil(threads / 200) };
const TIMES = 300;
/** Nothing is to happen but what is measured. */
const NEVER_MS = 86_400_000;

const folder = await mkdtemp(join(tmpdir(), "fanfare-forum-"));
const file = join(folder, "forum.db");
const hub: Hub = createHub({ log: memoryLog() });
try {
  const app = forum({ slaEveryMs: NEVER_MS });
  await (await openApp(app, { db: file, hub })).close();
  const started = performance.now();
  seed(file, size);
  const { size: bytes } = await stat(file);
  const seconds = ((performance.now() - started) / 1_000).toFixed(0);
  console.log(`${threads} threads, ${posts} posts, ${(bytes / 1e6).toFixed(0)} MB, seeded in ${seconds} s\n`);
  await using opened = await openApp(app, { db: file, hub });
  console.log(toTable(await ask(opened.service, size, TIMES)));
} finally {
  await hub.close();
  await rm(folder, { recursive: true, force: true });
}
