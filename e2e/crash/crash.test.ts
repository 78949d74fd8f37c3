import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sqliteLog } from "fanfare/sqlite";
import { expect, onTestFinished, test } from "vitest";
import { killedPublisher } from "./killed-publisher.ts";
import { crashRounds } from "./rounds.ts";

test("every event that was acknowledged before a kill -9 is there after it, once, in order, in a whole batch", async () => {
  const { rounds, acknowledged, broken } = await crashRounds({ rounds: 10, seed: 20_261_121 });
  expect(broken).toEqual([]);
  expect(rounds).toBe(10);
  expect(acknowledged).toBeGreaterThan(100);
});

test("after a kill the epoch stands with full sync and is new with less", async () => {
  const folder = mkdtempSync(join(tmpdir(), "fanfare-crash-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, "log.db");
  const look = async (): Promise<string> => {
    const log = sqliteLog(path);
    const { epoch } = await log.bounds();
    await log.close();
    return epoch;
  };
  const kill = (name: string, sync: "full" | "normal") =>
    killedPublisher({ path, name, sync, seed: 1, after: 3, delay: 0 });
  const first = await look();
  await kill("a", "full");
  expect(await look()).toBe(first);
  await kill("b", "normal");
  const second = await look();
  expect(second).not.toBe(first);
  expect(await look()).toBe(second);
});
