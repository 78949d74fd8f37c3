import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Log } from "fanfare";
import { restoreLog, sqliteLog, verifyLog } from "fanfare/sqlite";
import { Chance } from "fanfare/testing";
import { afterAll, expect, test } from "vitest";
import { Neighbour } from "./neighbour.ts";

const folder = mkdtempSync(join(tmpdir(), "fanfare-processes-"));
const neighbours = [new Neighbour(), new Neighbour()];
afterAll(async () => {
  await Promise.all(neighbours.map((neighbour) => neighbour.stop()));
  rmSync(folder, { recursive: true, force: true });
});

type Batch = Parameters<Log["append"]>[0];

const PER_PROCESS = 150;
const PUBLISHERS = 3;

test("three processes that append and follow at once all see the same order, woken by the doorbell alone", async () => {
  const path = join(folder, "order.db");
  const open = [async () => sqliteLog(path, { safetyCheck: false }), ...neighbours.map((each) => () => each.log(path))];
  const logs = await Promise.all(open.map((each) => each()));
  const seen = await Promise.all(logs.map(followed));
  const sizes = await Promise.all(logs.map((log, index) => publish(log, index)));
  const total = sizes.reduce((sum, size) => sum + size, 0);
  await expect.poll(() => seen.map(({ length }) => length), { timeout: 20_000 }).toEqual([total, total, total]);
  const [first] = seen;
  expect(first).toEqual(Array.from({ length: total }, (_, index) => [index + 1, expect.any(String)]));
  for (const other of seen) expect(other).toEqual(first);
  await Promise.all(logs.map((log) => log.close()));
}, 60_000);

test("a log is not restored while another process has it open, however that came to have it", async () => {
  const path = join(folder, "restored.db");
  const backup = join(folder, "backup.db");
  const log = sqliteLog(backup);
  await log.append(toBatch("backup", 3));
  await log.close();
  const holder = new Neighbour();
  await (await holder.log(path)).append(toBatch("lost", 1));
  await expect(restoreLog(backup, path)).rejects.toMatchObject({ code: "unavailable" });
  await holder.stop("SIGKILL");
  await expect(restoreLog(backup, path)).resolves.toMatchObject({ last: 3 });
  expect(verifyLog(path)).toMatchObject({ events: 3, problems: [] });
});

test("an open log keeps no process alive", async () => {
  const script = join(import.meta.dirname, "unclosed-process.ts");
  const args = ["--conditions=@fanfare/source", script, join(folder, "unclosed.db")];
  const { stdout } = await promisify(execFile)(process.execPath, args, { timeout: 30_000 });
  expect(stdout).toBe("1\n");
});

/** The positions and ids that a follower is told, as they come. */
async function followed(log: Log): Promise<readonly (readonly [number, string])[]> {
  const seen: (readonly [number, string])[] = [];
  await log.follow((events) => void seen.push(...events.map(({ position, id }) => [position, id] as const)));
  return seen;
}

async function publish(log: Log, process: number): Promise<number> {
  const chance = new Chance(process);
  let count = 0;
  const publisher = async (name: string): Promise<void> => {
    for (let index = 0; index < PER_PROCESS; index += 1) {
      const batch = toBatch(`${name}.${index}`, chance.between(1, 5));
      count += batch.length;
      await log.append(batch);
    }
  };
  await Promise.all(Array.from({ length: PUBLISHERS }, (_, index) => publisher(`${process}.${index}`)));
  return count;
}

function toBatch(name: string, size: number): Batch {
  const topic = "order.one" as Batch[number]["topic"];
  const event = { topic, type: "order.made", time: new Date().toISOString(), attributes: {}, data: "null" };
  return Array.from({ length: size }, (_, index) => ({ ...event, id: `${name}.${index}` }));
}
