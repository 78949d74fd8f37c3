import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import { serve } from "../cli/processes.ts";
import { SlowClient } from "./slow-client.ts";

/** `npm run test:slow` runs the long form. */
const long = process.env["FANFARE_SLOW"] === "long";
const form = long
  ? { others: 900, stalled: 100, stallMs: 60_000, boundMs: 300_000 }
  : { others: 90, stalled: 10, stallMs: 4_000, boundMs: 50_000 };

/** The stalled ones are sent far more than the others, so that they fill every buffer on the way within seconds. */
const load = { small: "load.small", big: "load.big", everyMs: 50, bigBytes: 200 * 1024 };

/** What one stalled connection may hold on the server: a tick's writes, what the socket takes beyond them, and itself. */
const BYTES_A_STALLED_READER = 1024 * 1024;

/** What the hub keeps for all together: the tail, pages of replay, and what the collector has not yet taken. */
const TAIL_AND_PAGES_BYTES = 96 * 1024 * 1024;

async function publish(url: string, topic: string, data: unknown): Promise<number> {
  const response = await fetch(`${url}/api/v1/topics/${topic}/events`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ type: "load", data }),
  });
  const { events } = (await response.json()) as { readonly events: readonly { readonly position: number }[] };
  return events[0]?.position ?? 0;
}

/** Both topics at a steady pace; answers the positions by topic. */
async function pace(url: string, ms: number): Promise<{ readonly small: number[]; readonly big: number[] }> {
  const positions: { readonly small: number[]; readonly big: number[] } = { small: [], big: [] };
  const padding = "x".repeat(load.bigBytes);
  for (const until = performance.now() + ms; performance.now() < until;) {
    const due = wait(load.everyMs);
    positions.small.push(await publish(url, load.small, { sent: performance.now() }));
    positions.big.push(await publish(url, load.big, { padding }));
    await due;
  }
  return positions;
}

async function residentBytes(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1]) * 1024;
}

function p99(clients: readonly SlowClient[]): number {
  const all = clients.flatMap(({ latencies }) => latencies.splice(0)).toSorted((left, right) => left - right);
  return all[Math.floor(all.length * 0.99)] ?? 0;
}

test(
  "readers that stop reading cost the others nothing, and then get everything or an exact count",
  { timeout: form.boundMs },
  async () => {
    const folder = await mkdtemp(join(tmpdir(), "fanfare-slow-"));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    const { url, process: daemon } = await serve(["--db", join(folder, "log.db")]);
    const others = Array.from({ length: form.others }, () => new SlowClient(url, [load.small], { policy: "complete" }));
    const stalled = Array.from({ length: form.stalled }, (_, index) => {
      const delivery = index % 2 === 0 ? { policy: "complete" } : { policy: "latest", keep: 5 };
      return new SlowClient(url, ["load.>"], delivery);
    });
    onTestFinished(() => [...others, ...stalled].forEach((client) => client.end()));
    for (const client of [...others, ...stalled]) await client.connect();

    const before = await pace(url, form.stallMs / 4);
    const [usual, memory] = [p99(others), await residentBytes(daemon.pid)];
    for (const client of stalled) client.stall();
    const during = await pace(url, form.stallMs);
    const [beside, grown] = [p99(others), (await residentBytes(daemon.pid)) - memory];
    for (const client of stalled) client.read();
    const small = [...before.small, ...during.small];
    const big = [...before.big, ...during.big];
    const last = await publish(url, load.big, { last: true });

    const caughtUp = (): boolean =>
      stalled.every(({ account }) => account.positions.at(-1) === last) &&
      others.every(({ account }) => account.positions.length >= small.length);
    for (const until = performance.now() + form.boundMs / 3; !caughtUp() && performance.now() < until;) await wait(50);
    const returns = stalled.reduce((sum, { account }) => sum + account.returns, 0);
    console.log(
      `${form.stalled} of ${form.others + form.stalled} stalled for ${form.stallMs / 1000} s: the others' p99 ${usual.toFixed(1)} ms before, ${beside.toFixed(1)} ms beside them; ` +
        `${Math.round(grown / 1024 / 1024)} MB more in memory; ${returns} came back with their cursor`,
    );

    const everything = [...small, ...big, last].toSorted((left, right) => left - right);
    for (const { account } of others) expect(account).toMatchObject({ positions: small, broken: 0, returns: 0 });
    for (const [index, { account }] of stalled.entries()) {
      expect(account.broken).toBe(0);
      const complete = index % 2 === 0;
      expect(account.positions.length + account.dropped).toBe(everything.length);
      expect(account.positions).toEqual(
        complete ? everything : [...new Set(account.positions)].toSorted((a, b) => a - b),
      );
      expect(account.dropped > 0).toBe(!complete);
    }
    expect(grown).toBeLessThan(form.stalled * BYTES_A_STALLED_READER + TAIL_AND_PAGES_BYTES);
  },
);
