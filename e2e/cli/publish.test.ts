import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { ask, command, eventually, fanfare, folder, freePort, Running, serve, start } from "./processes.ts";

const eventsOf = async (url: string, query = "limit=1000") => (await ask(`${url}/api/v1/events?${query}`)).events;

const rows = (count: number) => Array.from({ length: count }, (_, n) => `{"type":"tick","data":{"n":${n}}}\n`).join("");

describe("one event", () => {
  test("is told with its position", async () => {
    const { url } = await serve();
    const args = [
      "publish",
      "orders.eu",
      '{"total":12}',
      "--type",
      "order.paid",
      "--attr",
      "customer=c1",
      "--id",
      "o-1",
    ];
    const first = await fanfare([...args, "--server", url]);
    expect(first).toMatchObject({ code: 0, stderr: "" });
    expect(first.stdout).toMatch(/^published 1 event: 1 new, 0 duplicates, up to [a-z0-9]+:1\n$/);
    const again = await fanfare([...args, "--server", url]);
    expect(again.stdout).toMatch(/^published 1 event: 0 new, 1 duplicate, /);
    expect(await eventsOf(url)).toMatchObject([
      { id: "o-1", topic: "orders.eu", type: "order.paid", attributes: { customer: "c1" }, data: { total: 12 } },
    ]);
  });

  test("is the API's answer as JSON", async () => {
    const { url } = await serve();
    const { stdout, stderr } = await fanfare(["publish", "a", "null", "--json", "--id", "x", "--server", url]);
    expect(JSON.parse(stdout)).toMatchObject({ events: [{ id: "x", position: 1, duplicate: false }] });
    expect(stderr).toMatch(/^published 1 event/);
  });

  test("twice without an id is two events", async () => {
    const { url } = await serve();
    await fanfare(["publish", "a", "1", "--server", url]);
    await fanfare(["publish", "a", "1", "--server", url]);
    expect(await eventsOf(url)).toHaveLength(2);
  });

  test("that the server refuses ends with 1 and its reason", async () => {
    const { url } = await serve();
    await fanfare(["publish", "a", "1", "--id", "x", "--server", url]);
    const { code, stdout, stderr } = await fanfare(["publish", "a", "2", "--id", "x", "--server", url]);
    expect(stderr).toMatch(/^fanfare: id_conflict: /);
    expect(stdout).toBe("");
    expect(code).toBe(1);
  });
});

describe("rows", () => {
  test("from standard input are whole events, in their order, with what the command adds", async () => {
    const { url } = await serve();
    const input = [
      '{"type":"a.b","id":"one","time":"2020-01-01T00:00:00Z","attributes":{"n":1},"data":[1]}',
      "",
      '{"data":"two","topic":"ignored.here"}',
      '{"attributes":{"source":"own"}}',
    ].join("\n");
    const { stdout } = await fanfare(["publish", "t", "--type", "d", "--attr", "source=cli", "--server", url], {
      input,
    });
    expect(stdout).toMatch(/^published 3 events: 3 new, 0 duplicates/);
    expect(await eventsOf(url)).toMatchObject([
      {
        id: "one",
        topic: "t",
        type: "a.b",
        time: "2020-01-01T00:00:00.000Z",
        attributes: { n: 1, source: "cli" },
        data: [1],
      },
      { type: "d", attributes: { source: "cli" }, data: "two" },
      { type: "d", attributes: { source: "own" }, data: null },
    ]);
  });

  test("may name their topics, so that what one daemon has told can be given to another", async () => {
    const [from, to] = [await serve(), await serve()];
    await fanfare(["publish", "a.b", "1", "--server", from.url]);
    await fanfare(["publish", "c", "2", "--type", "x", "--server", from.url]);
    await fanfare(["publish", "a.b", "3", "--server", from.url]);
    const { stdout } = await fanfare(["tail", "--after", "start", "--count", "3", "--json", "--server", from.url]);
    const copied = await fanfare(["publish", "--server", to.url], { input: stdout });
    expect(copied.stdout).toMatch(/^published 3 events: 3 new/);
    expect(await eventsOf(to.url)).toEqual(await eventsOf(from.url));
  });

  test("published again add nothing; under another name of the run they do", async () => {
    const { url } = await serve();
    const file = join(await folder(), "rows.ndjson");
    await writeFile(file, rows(2_500));
    const publish = (...more: string[]) => fanfare(["publish", "t", "--file", file, "--server", url, ...more]);
    expect((await publish()).stdout).toMatch(/^published 2500 events: 2500 new, 0 duplicates/);
    expect((await publish()).stdout).toMatch(/^published 2500 events: 0 new, 2500 duplicates/);
    await writeFile(file, rows(2_600));
    expect((await publish()).stdout).toMatch(/^published 2600 events: 100 new, 2500 duplicates/);
    expect((await publish("--run", "again")).stdout).toMatch(/^published 2600 events: 2600 new/);
    const { topics } = await ask(`${url}/api/v1/topics`);
    expect(topics).toMatchObject([{ topic: "t", events: 5_200 }]);
  });

  test("stop at the first that is none, and go on behind it when it is mended", async () => {
    const { url } = await serve();
    const file = join(await folder(), "rows.ndjson");
    await writeFile(file, `${rows(3)}{"type":\n${rows(1)}`);
    const args = ["publish", "t", "--file", file, "--server", url];
    const broken = await fanfare(args);
    expect(broken.stderr).toBe(
      "published 3 events: 3 new, 0 duplicates before this; the same command goes on where it ended.\n" +
        "fanfare: row 4: is not valid JSON\n",
    );
    expect(broken).toMatchObject({ code: 1, stdout: "" });
    await writeFile(file, `${rows(3)}{"type":"mended"}\n${rows(1)}`);
    expect((await fanfare(args)).stdout).toMatch(/^published 5 events: 2 new, 3 duplicates/);
  });

  test("that the server refuses are named", async () => {
    const { url } = await serve();
    const input = `${rows(1)}{"type":"not a type"}\n`;
    const { code, stderr } = await fanfare(["publish", "t", "--server", url], { input });
    expect(stderr).toMatch(/^fanfare: rows 1 to 2: invalid_event: .*type/);
    expect(code).toBe(1);
  });

  test("go in smaller parts to a daemon with smaller limits, and the row that is too large is named", async () => {
    const cwd = await folder();
    const limits = "{ publishEvents: 100, eventBytes: 2000 }";
    await writeFile(join(cwd, "fanfare.config.ts"), `export default { log: "memory:", limits: ${limits} };`);
    const { url } = await serve([], { cwd });
    const input = `${rows(1_000)}{"data":"${"x".repeat(3_000)}"}\n`;
    const { code, stderr } = await fanfare(["publish", "t", "--server", url], { input });
    expect(stderr).toMatch(/^published 1000 events: 1000 new, .*\nfanfare: row 1001: payload_too_large: .*\n$/);
    expect(code).toBe(1);
  });

  test("that come slowly are published as they come", async () => {
    const { url } = await serve();
    const publish = start(["publish", "t", "--json", "--server", url], { open: true });
    for (const n of [1, 2, 3]) {
      publish.stdin.write(`{"data":${n}}\n`);
      await publish.until(() => (publish.stdout.split("\n").length > n ? true : undefined));
      expect(await eventsOf(url)).toHaveLength(n);
    }
    publish.stdin.end();
    expect((await publish.exit).stderr).toMatch(/^published 3 events: 3 new/);
  });

  test("go on by themselves over a restart of the daemon, each published once", async () => {
    const addr = `127.0.0.1:${await freePort()}`;
    const db = join(await folder(), "fanfare.db");
    const first = await serve(["--addr", addr, "--db", db]);
    const publish = start(["publish", "t", "--server", first.url], { open: true });
    publish.stdin.write(rows(1_000));
    await eventually(async () => ((await eventsOf(first.url)).length > 0 ? true : undefined));
    first.process.kill("SIGKILL");
    await first.process.exit;
    publish.stdin.end(Array.from({ length: 500 }, (_, n) => `{"data":"later ${n}"}\n`).join(""));
    const second = await serve(["--addr", addr, "--db", db]);
    expect((await publish.exit).stdout).toMatch(/^published 1500 events: /);
    const all = [...(await eventsOf(second.url)), ...(await eventsOf(second.url, "type=message&limit=1000"))];
    expect(new Set(all.map(({ id }) => id)).size).toBe(1_500);
    const { topics } = await ask(`${second.url}/api/v1/topics`);
    expect(topics).toMatchObject([{ events: 1_500 }]);
  });

  test("are taken up again after the command itself was killed", async () => {
    const { url } = await serve();
    const file = join(await folder(), "rows.ndjson");
    await writeFile(file, rows(60_000));
    const args = ["publish", "t", "--file", file, "--server", url];
    const killed = start(args);
    await eventually(async () => ((await eventsOf(url, "limit=1")).length > 0 ? true : undefined));
    killed.kill("SIGKILL");
    expect(await killed.exit).toMatchObject({ signal: "SIGKILL" });
    const { stdout } = await fanfare(args);
    const [, added = "0", duplicates = "0"] = /^published 60000 events: (\d+) new, (\d+) duplicates/.exec(stdout) ?? [];
    expect(Number(duplicates)).toBeGreaterThan(0);
    expect(Number(added) + Number(duplicates)).toBe(60_000);
    const { topics } = await ask(`${url}/api/v1/topics`);
    expect(topics).toMatchObject([{ events: 60_000 }]);
  });

  test("say how far they came when they are interrupted", async () => {
    const { url } = await serve();
    const publish = start(["publish", "t", "--json", "--server", url], { open: true });
    publish.stdin.write(rows(1));
    await publish.said("stdout", /\n/);
    publish.kill("SIGINT");
    const words =
      "published 1 event: 1 new, 0 duplicates before the interrupt; the same command goes on where it ended.\n";
    expect(await publish.exit).toMatchObject({ code: 130, signal: null, stderr: words });
    expect((await fanfare(["publish", "t", "--server", url], { input: rows(2) })).stdout).toMatch(
      /^published 2 events: 1 new, 1 duplicate,/,
    );
  });

  test("show how far they are on a terminal", async () => {
    const { url } = await serve();
    const file = join(await folder(), "rows.ndjson");
    await writeFile(file, rows(20_000));
    const words = [...command, "publish", "t", "--file", file, "--server", url].join(" ");
    const { stdout } = await new Running(["script", "-qec", words, "/dev/null"], { env: { TERM: "xterm" } }).exit;
    expect(stdout).toMatch(/█+.*\d+% \d+ events/);
    expect(stdout).toMatch(/published 20000 events: 20000 new/);
  });

  test("that are not there end with 1, and nothing at all with 2", async () => {
    const { url } = await serve();
    const missing = await fanfare(["publish", "t", "--file", "/no/such/file", "--server", url]);
    expect(missing).toMatchObject({ code: 1, stderr: "fanfare: /no/such/file: there is no such file\n" });
    const line = [...command, "publish", "t", "--server", url].join(" ");
    const terminal = await new Running(["script", "-qec", line, "/dev/null"]).exit;
    expect(terminal.stdout).toMatch(/nothing to publish: give DATA, --file, or rows on standard input/);
    expect(terminal.code).toBe(2);
    const empty = await fanfare(["publish", "t", "--server", url]);
    const words = "fanfare: nothing to publish: there is no DATA, and no row on standard input\n";
    expect(empty).toMatchObject({ code: 2, stdout: "", stderr: words });
    const file = await fanfare(["publish", "t", "--file", "/dev/null", "--server", url]);
    expect(file).toMatchObject({ code: 0, stdout: "published 0 events: 0 new, 0 duplicates\n" });
  });
});
