import { copyFileSync, existsSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { scratchFolder } from "../../../testing/scratch-folder.ts";
import { positions, range, readAll } from "../../testing/conformance/log-reading.ts";
import { samples } from "../../testing/conformance/sample-events.ts";
import { openDatabase } from "./database.ts";
import { sqliteLog } from "./log.ts";
import { restoreLog } from "./restore.ts";

const path = scratchFolder();

/** A log of five events and its backup of the first three. */
async function backedUp(): Promise<{ readonly target: string; readonly backup: string; readonly epoch: string }> {
  const [target, backup] = [path(), path("backup.db")];
  const log = sqliteLog(target);
  await log.append(samples(3));
  await log.close();
  copyFileSync(target, backup);
  const again = sqliteLog(target);
  await again.append(samples(2));
  const { epoch } = await again.bounds();
  await again.close();
  return { target, backup, epoch };
}

test("a restored log holds what the backup held, under a new epoch", async () => {
  const { target, backup, epoch } = await backedUp();
  const restored = await restoreLog(backup, target);
  expect(restored).toMatchObject({ last: 3 });
  expect(restored.epoch).not.toBe(epoch);
  const log = sqliteLog(target);
  expect(await log.bounds()).toEqual({ epoch: restored.epoch, first: 1, last: 3 });
  expect(positions(await readAll(log))).toEqual(range(1, 3));
  expect(positions(await log.append(samples(1)))).toEqual([4]);
  await log.close();
  expect(existsSync(`${target}-restoring`)).toBe(false);
});

test("the backup stays as it was, and can be restored to a new place", async () => {
  const { backup } = await backedUp();
  const [one, two] = [path(), path()];
  const first = await restoreLog(backup, one);
  const second = await restoreLog(backup, two);
  expect(first.epoch).not.toBe(second.epoch);
  expect(second.last).toBe(3);
});

test("nothing is restored while somebody has the log open", async () => {
  const { target, backup, epoch } = await backedUp();
  const log = sqliteLog(target);
  await log.bounds();
  await expect(restoreLog(backup, target)).rejects.toMatchObject({
    code: "unavailable",
    message: expect.stringContaining("is open"),
  });
  expect(await log.bounds()).toEqual({ epoch, first: 1, last: 5 });
  await log.close();
  await expect(restoreLog(backup, target)).resolves.toMatchObject({ last: 3 });
});

test("a backup that is not sound is refused and the target left alone", async () => {
  const { target, backup, epoch } = await backedUp();
  const db = openDatabase(backup);
  db.exec("UPDATE topics SET events = 99");
  db.close();
  await expect(restoreLog(backup, target)).rejects.toMatchObject({ message: expect.stringContaining("do not fit") });
  await expect(restoreLog(`${backup}-nowhere`, target)).rejects.toMatchObject({ code: "unavailable" });
  const log = sqliteLog(target);
  expect(await log.bounds()).toEqual({ epoch, first: 1, last: 5 });
  await log.close();
});

test("a target that is damaged is replaced", async () => {
  const { backup } = await backedUp();
  const target = path();
  writeFileSync(target, "damaged".repeat(5_000));
  await restoreLog(backup, target);
  const log = sqliteLog(target);
  expect((await log.bounds()).last).toBe(3);
  await log.close();
});

test("another program's database is no target", async () => {
  const { backup } = await backedUp();
  const target = path();
  const db = openDatabase(target);
  db.exec("CREATE TABLE theirs (a)");
  await expect(restoreLog(backup, target)).rejects.toMatchObject({
    message: expect.stringContaining("another program"),
  });
  expect(db.prepare("SELECT name FROM sqlite_schema").all()).toEqual([{ name: "theirs" }]);
  db.close();
});
