/**
 * `npm run demo`: publishes real GitHub webhooks while three readers follow, each over another transport, and proves that
 * each got exactly its set, in order. With `--server URL` it uses a running daemon (and `FANFARE_TOKEN`), with `--ndjson`
 * it only prints the events as rows for `fanfare publish`.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { startDaemon } from "fanfare/daemon";
import { follow, followers } from "./followers.ts";
import { publishAll } from "./publishing.ts";
import { webhookRows } from "./webhooks.ts";

const { values } = parseArgs({ options: { ndjson: { type: "boolean" }, server: { type: "string" } } });

if (values.ndjson === true) for (const row of webhookRows()) process.stdout.write(`${JSON.stringify(row)}\n`);
else process.exitCode = (await demonstrate(values.server)) ? 0 : 1;

async function demonstrate(server: string | undefined): Promise<boolean> {
  if (server !== undefined) return run(new URL(server.endsWith("/") ? server : `${server}/`));
  const folder = await mkdtemp(join(tmpdir(), "fanfare-demo-"));
  try {
    await using daemon = await startDaemon({
      addr: "127.0.0.1:0",
      db: join(folder, "fanfare.db"),
      // A reader whose filter lets nothing more pass learns from a heartbeat that it has everything.
      heartbeatMs: 250,
      logging: { level: "error" },
      shutdown: { spreadMs: 0 },
    });
    return await run(new URL(`${daemon.url}/`));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function run(server: URL): Promise<boolean> {
  const token = process.env["FANFARE_TOKEN"];
  const headers: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const rows = webhookRows();
  const kinds = new Set(rows.map(({ topic }) => topic)).size;
  console.log(`${rows.length} GitHub webhooks of ${kinds} kinds go to ${server.origin}, while three readers follow`);
  const stop = new AbortController();
  const readers = followers.map((follower) => follow(follower, { server, headers, signal: stop.signal }));
  try {
    await Promise.all(readers.map(({ open }) => open));
    const start = performance.now();
    const published = await publishAll(server, headers, rows);
    console.log(`✓ published  ${published.length} events in ${Math.round(performance.now() - start)} ms`);
    const verdicts = await Promise.all(readers.map((reader) => reader.verdict(published)));
    for (const { ok, words } of verdicts) console.log(`${ok ? "✓" : "✗"} ${words}`);
    return verdicts.every(({ ok }) => ok);
  } catch (error) {
    console.log(`✗ ${error instanceof Error ? error.message : String(error)}`);
    return false;
  } finally {
    stop.abort();
  }
}
