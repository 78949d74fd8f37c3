import { mkdtemp, readdir, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { ensureKeyFile } from "./key-file.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "fanfare-key-"));
});
afterEach(() => rm(folder, { recursive: true }));

test("a key is made once, long enough, for its owner alone, and leaves no draft behind", async () => {
  const file = join(folder, "deeper", "fanfare.key");
  const keys = await Promise.all(Array.from({ length: 20 }, () => ensureKeyFile(file)));
  expect(new Set(keys).size).toBe(1);
  expect(keys[0]?.length).toBeGreaterThanOrEqual(43);
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  await expect(readdir(join(folder, "deeper"))).resolves.toEqual(["fanfare.key"]);
});

test("a key that is there stays, and its last line end is not part of it", async () => {
  const file = join(folder, "fanfare.key");
  await writeFile(file, "kept\n");
  await expect(ensureKeyFile(file)).resolves.toBe("kept");
});

test("a place that cannot hold a key is an error", async () => {
  await writeFile(join(folder, "file"), "");
  await expect(ensureKeyFile(join(folder, "file", "fanfare.key"))).rejects.toThrow("ENOTDIR");
  await expect(ensureKeyFile(folder)).rejects.toThrow("EISDIR");
});
