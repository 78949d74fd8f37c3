import { join } from "node:path";
import { expect, test } from "vitest";
import { fanfare, folder, serve, start } from "../cli/processes.ts";

const config = join(import.meta.dirname, "counters.config.ts");
const env = { FANFARE_CONFIG: config };

test("the help lists the apps of the configuration, and their commands have the common options", async () => {
  expect((await fanfare(["--help"], { env })).stdout).toMatch(/^ {2}counters +Commands of the app counters\.$/m);
  const { code, stdout } = await fanfare(["counters", "add", "--help", "--config", config]);
  expect(code).toBe(0);
  for (const option of ["--server", "--token", "--db", "--actor", "--json", "--by"]) expect(stdout).toContain(option);
});

test("help is given where the configuration does not load, and says so", async () => {
  const { code, stdout, stderr } = await fanfare(["--help"], { env: { FANFARE_CONFIG: "nowhere.ts" } });
  expect([code, stdout.includes("Usage: fanfare")]).toEqual([0, true]);
  expect(stderr).toMatch(/the apps' commands are not listed: config: there is no file .*nowhere\.ts/);
});

test("a command asks the daemon, and the same command works on the files beside it: its subscribers see both", async () => {
  const cwd = await folder();
  const db = join(cwd, "fanfare.db");
  const { url, process } = await serve(["--db", db], { env });
  const tail = start(["tail", "counters.>", "--server", url, "--count", "2", "--after", "start", "--json"], { env });
  const remote = await fanfare(["counters", "add", "a", "--by", "3", "--server", url], { env });
  expect(remote).toMatchObject({ code: 0, stdout: "a is 3\n", stderr: "" });
  const local = await fanfare(["counters", "add", "a", "--by", "4", "--db", db, "--json"], { env });
  expect(local).toMatchObject({ code: 0, stdout: '{"name":"a","value":7}\n', stderr: "" });
  const { stdout } = await tail.exit;
  expect(
    stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line).data),
  ).toEqual([{ by: 3 }, { by: 4 }]);
  await expect.poll(async () => (await fetch(`${url}/api/v1/counters/sum`)).json()).toEqual({ total: 7, events: 2 });
  process.kill("SIGTERM");
  expect((await process.exit).code).toBe(0);
  const list = await fanfare(["counters", "list", "--db", db], { env });
  expect(list).toMatchObject({ code: 0, stdout: "COUNTER  VALUE\na            7\n" });
});

test("exit codes say what came of it: usage, refused, not reached, interrupted", async () => {
  const cwd = await folder();
  const db = join(cwd, "fanfare.db");
  const run = (...words: string[]) => fanfare(["counters", ...words], { env, cwd });
  expect(await run("add", "a", "--by", "0", "--db", db)).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/by: must be at least 1/),
  });
  await run("add", "a", "--by", "1", "--key", "k", "--db", db);
  const reused = await run("add", "a", "--by", "2", "--key", "k", "--db", db, "--json");
  expect(reused.code).toBe(1);
  expect(JSON.parse(reused.stderr)).toMatchObject({ code: "key_reused", status: 422 });
  expect(await run("list", "--server", "http://127.0.0.1:1")).toMatchObject({ code: 3 });
  expect(await run("list", "--server", "http://127.0.0.1:1", "--db", db)).toMatchObject({ code: 2 });
  expect(await run("list", "--db", db, "--actor", "nobody")).toMatchObject({ code: 2 });
  const waiting = start(["counters", "wait", "--db", db], { env });
  await waiting.said("stderr", /waiting/);
  waiting.kill("SIGINT");
  expect((await waiting.exit).code).toBe(130);
});

test("a reaction sets a bad event aside and goes on, and a person has it handled again or discards it", async () => {
  const cwd = await folder();
  const [db, app] = [join(cwd, "fanfare.db"), join(cwd, "fanfare-counters.db")];
  const { url, process } = await serve(["--db", db], { env });
  for (const by of ["13", "1", "13"]) await fanfare(["counters", "add", "a", "--by", by, "--server", url], { env });
  const sum = async (at: string) => (await fetch(`${at}/api/v1/counters/sum`)).json();
  await expect.poll(() => sum(url)).toEqual({ total: 1, events: 1 });
  const reactions = (...words: string[]) => fanfare(["reactions", ...words, "--db", app]);
  await expect
    .poll(async () => (await reactions("status")).stdout)
    .toMatch(
      /^sum +\S+:3 +1 +0 +2 +13 is no good number\n[^]*^ +1 +dead +sum +1 +counters\.a +counter\.added +2 +13 is no good number\n +2 +dead/m,
    );
  expect(await reactions("retry", "1", "7")).toMatchObject({ code: 1, stdout: "1 is due again\n" });
  // It is no better number now.
  await expect
    .poll(async () => JSON.parse((await reactions("status", "--json")).stdout).letters)
    .toMatchObject([
      { number: 1, state: "dead", attempts: 3 },
      { number: 2, state: "dead", attempts: 2 },
    ]);
  process.kill("SIGTERM");
  await process.exit;
  expect(await reactions("retry", "2")).toMatchObject({ code: 0 });
  const tolerant = await serve(["--db", db], { env: { ...env, LIKES_13: "yes" } });
  await expect.poll(() => sum(tolerant.url)).toEqual({ total: 14, events: 2 });
  expect(await reactions("discard", "--dead")).toMatchObject({ code: 0, stdout: "1 is gone\n" });
  expect(await reactions("discard", "--dead", "1")).toMatchObject({ code: 2 });
  expect(await fanfare(["reactions", "status", "--db", db])).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/no database of an app/),
  });
});

test("the outbox of an app is looked after by its file", async () => {
  const cwd = await folder();
  const db = join(cwd, "fanfare.db");
  await fanfare(["counters", "add", "a", "--db", db], { env });
  const status = await fanfare(["outbox", "status", "--db", join(cwd, "fanfare-counters.db"), "--json"]);
  expect(JSON.parse(status.stdout)).toMatchObject({ pending: 0, sent: 1, dead: 0 });
});
