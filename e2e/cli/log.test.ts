import { copyFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect, test } from "vitest";
import { ask, fanfare, folder, serve } from "./processes.ts";

/** A database with some events in it, and nobody at it. */
async function database(events: readonly number[]): Promise<string> {
  const db = join(await folder(), "fanfare.db");
  const { url, process } = await serve(["--db", db]);
  for (const data of events) await fanfare(["publish", "a", String(data), "--server", url]);
  process.kill("SIGTERM");
  await process.exit;
  return db;
}

test("a sound log is told so, with its figures", async () => {
  const db = await database([1, 2]);
  const words = await fanfare(["log", "verify", "--db", db]);
  expect(words).toMatchObject({ code: 0, stderr: "" });
  expect(words.stdout).toMatch(/fanfare\.db: sound; 2 events of 1 topic up to position 2, epoch [a-z0-9]+\n$/);
  const json = await fanfare(["log", "verify", "--json"], { env: { FANFARE_DB: db } });
  expect(JSON.parse(json.stdout)).toMatchObject({ path: db, events: 2, last: 2, problems: [] });
});

test("a damaged log fails, and names its problems", async () => {
  const db = await database([1, 2]);
  const behind = new DatabaseSync(db);
  behind.exec("UPDATE events SET data = 'no JSON' WHERE position = 2");
  behind.close();
  const { code, stdout, stderr } = await fanfare(["log", "verify", "--db", db]);
  expect(stdout).toMatch(/fanfare\.db: \d problems?; 2 events .*\n✗ the data at position 2 .* are not JSON\n/);
  expect(stderr).toBe("fanfare: the log is not sound\n");
  expect(code).toBe(1);
});

test("what is no log, or not there, fails in one line", async () => {
  const cwd = await folder();
  await writeFile(join(cwd, "text.db"), "no database at all, but some text of a certain length".repeat(100));
  for (const file of ["text.db", "none.db"]) {
    const { code, stdout, stderr } = await fanfare(["log", "verify", "--db", file], { cwd });
    expect(stderr).toMatch(new RegExp(`^fanfare: log: .*${file}: .*\\n$`));
    expect(stdout).toBe("");
    expect(code).toBe(1);
  }
});

test("a restored log holds what the backup held, and readers of before are told", async () => {
  const db = await database([1, 2]);
  const backup = `${db}.backup`;
  await copyFile(db, backup);
  const before = await serve(["--db", db]);
  await fanfare(["publish", "a", "3", "--server", before.url]);
  const { cursor } = await ask(`${before.url}/api/v1/events`);
  const refused = await fanfare(["log", "restore", backup, "--db", db]);
  expect(refused).toMatchObject({ code: 1, stderr: expect.stringMatching(/is open in a process; stop it first\n$/) });
  before.process.kill("SIGTERM");
  await before.process.exit;
  const restored = await fanfare(["log", "restore", backup, "--db", db]);
  expect(restored.stdout).toMatch(/fanfare\.db: restored up to position 2, as epoch [a-z0-9]+\n$/);
  const after = await serve(["--db", db]);
  const page = await ask(`${after.url}/api/v1/events?after=${cursor}`);
  expect(page).toMatchObject({ gap: { reason: "reset" }, events: [{ data: 1 }, { data: 2 }] });
});
