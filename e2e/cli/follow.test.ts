import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { ask, command, eventually, fanfare, folder, freePort, Running, serve, start } from "./processes.ts";

const publish = (url: string, topic: string, data: unknown, ...more: string[]) =>
  fanfare(["publish", topic, JSON.stringify(data), "--server", url, ...more]);

const connected = (url: string, readers = 1) =>
  eventually(async () => {
    const { subscriptions } = await ask(`${url}/api/v1/health`);
    return subscriptions >= readers ? true : undefined;
  });

describe("tail", () => {
  test("prints what comes from now on, readable, on one line an event", async () => {
    const { url } = await serve();
    await publish(url, "orders.eu", "before");
    const tail = start(["tail", "orders.>", "--server", url]);
    await connected(url);
    await publish(url, "orders.eu", { total: 12 }, "--type", "order.paid", "--attr", "customer=c 1", "--attr", "n=2");
    await publish(url, "other", 1);
    await tail.said("stdout", /\n/);
    tail.kill("SIGINT");
    const { code, stdout, stderr } = await tail.exit;
    expect(stdout).toMatch(/^#2 \d{4}-\S+Z orders\.eu order\.paid customer="c 1" n=2 \{"total":12\}\n$/);
    expect(stderr).toBe("");
    expect(code).toBe(0);
  });

  test("as JSON prints the events as the API gives them, and ends after its count", async () => {
    const { url } = await serve();
    for (const data of [1, 2, 3]) await publish(url, "a", data);
    const { code, stdout } = await fanfare([
      "tail",
      "a",
      "--after",
      "start",
      "--count",
      "2",
      "--json",
      "--server",
      url,
    ]);
    const { events } = await ask(`${url}/api/v1/events?limit=2`);
    expect(
      stdout
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line)),
    ).toEqual(events);
    expect(code).toBe(0);
  });

  test("options make one filter", async () => {
    const { url } = await serve();
    await publish(url, "a", 1, "--type", "x", "--attr", "region=eu");
    await publish(url, "a", 2, "--type", "y", "--attr", "region=uk");
    await publish(url, "a", 3, "--type", "x", "--attr", "region=us");
    await publish(url, "a", 4, "--type", "z", "--attr", "region=eu");
    await publish(url, "b", 5, "--type", "x", "--attr", "region=eu");
    const wanted = ["--type", "x", "--type", "y", "--attr", "region=eu", "--attr", "region=uk"];
    const tail = ["tail", "--after", "start", "--json", "--server", url, "--count", "2", ...wanted];
    const { stdout } = await fanfare([...tail, "--filter", '{"not":{"exact":{"topic":"b"}}}']);
    expect(
      stdout
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line).data),
    ).toEqual([1, 2]);
  });

  test("goes on where it was after kill -9 and a new start, and says so", async () => {
    const addr = `127.0.0.1:${await freePort()}`;
    const url = `http://${addr}`;
    const db = join(await folder(), "fanfare.db");
    const first = await serve(["--addr", addr, "--db", db]);
    const tail = start(["tail", "a", "--json", "--server", url]);
    await connected(url);
    for (const data of [1, 2]) await publish(url, "a", data);
    await tail.said("stdout", /"data":2/);
    first.process.kill("SIGKILL");
    await first.process.exit;
    await tail.said("stderr", /connection lost/);
    const second = await serve(["--addr", addr, "--db", db]);
    for (const data of [3, 4]) await publish(url, "a", data);
    await tail.said("stdout", /"data":4/);
    second.process.kill("SIGKILL");
    await second.process.exit;
    await serve(["--addr", addr, "--db", db]);
    await publish(url, "a", 5);
    await tail.said("stdout", /"data":5/);
    tail.kill("SIGTERM");
    const { code, stdout, stderr } = await tail.exit;
    expect(
      stdout
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line).data),
    ).toEqual([1, 2, 3, 4, 5]);
    expect(stderr.match(/resumed at/g)).toHaveLength(2);
    expect(code).toBe(0);
  });

  test("tells a gap when the log it knew is gone", async () => {
    const addr = `127.0.0.1:${await freePort()}`;
    const first = await serve(["--addr", addr, "--log", "memory:"]);
    const plain = start(["tail", "a", "--server", `http://${addr}`]);
    const json = start(["tail", "a", "--json", "--server", `http://${addr}`]);
    await connected(first.url, 2);
    await publish(first.url, "a", 1);
    await plain.said("stdout", /1\n/);
    await json.said("stdout", /1\}\n/);
    first.process.kill("SIGKILL");
    await first.process.exit;
    const second = await serve(["--addr", addr, "--log", "memory:"]);
    await publish(second.url, "a", "new");
    await plain.said("stdout", /! gap: reset\n#1 .* "new"\n$/);
    await json.said("stderr", /^\{"gap":\{"reason":"reset","to":0\}\}$/m);
    expect(await json.said("stdout", /"data":"new"/)).toBeDefined();
  });

  test("ends in peace when its reader has seen enough", async () => {
    const { url } = await serve();
    await publish(url, "a", 1);
    await publish(url, "a", 2);
    const line = [...command, "tail", "a", "--after", "start", "--json", "--server", url]
      .map((word) => `'${word}'`)
      .join(" ");
    const pipe = new Running(["bash", "-c", `set -o pipefail; ${line} | head -n 1`]);
    await publish(url, "a", 3);
    await pipe.said("stdout", /\n/);
    // A pipe is known to be closed by the next write.
    for (let data = 4; data < 8; data += 1) await publish(url, "a", data);
    const { code, stdout, stderr } = await pipe.exit;
    expect(JSON.parse(stdout)).toMatchObject({ data: 1 });
    expect(stderr).toBe("");
    expect(code).toBe(0);
  });

  test("shows colours on a terminal, unless they are not wanted, and never lets an event steer it", async () => {
    const { url } = await serve();
    await publish(url, "a", "\u009B2J\u202Eevil", "--attr", "name=\u009B2J");
    const words = [...command, "tail", "--after", "start", "--count", "1", "--server", url].join(" ");
    const terminal = (env: Record<string, string>) =>
      new Running(["script", "-qec", words, "/dev/null"], { env: { TERM: "xterm", ...env } }).exit;
    const colored = await terminal({});
    // oxlint-disable-next-line no-control-regex -- an escape is what is looked for
    expect(colored.stdout).toMatch(/\u001B\[36ma\u001B\[39m/);
    expect(colored.stdout).toContain(String.raw`"\u009b2J\u202eevil"`);
    expect(colored.stdout).toContain(String.raw`="\u009b2J"`);
    expect(colored.stdout).not.toMatch(/[\u0080-\u009F\u202E]/);
    // oxlint-disable-next-line no-control-regex -- an escape is what must not be there
    expect((await terminal({ NO_COLOR: "1" })).stdout).not.toMatch(/\u001B/);
  });
});

describe("lists", () => {
  test("topics, by pattern, as a table and as the API's documents", async () => {
    const { url } = await serve();
    expect(await fanfare(["topics", "--server", url])).toMatchObject({
      code: 0,
      stdout: "",
      stderr: "no topics yet\n",
    });
    await publish(url, "orders.eu", 1);
    await publish(url, "orders.eu", 2);
    await publish(url, "chat", 3);
    const table = await fanfare(["topics", "--server", url]);
    expect(table.stdout).toMatch(/^TOPIC +EVENTS +BYTES +FIRST +LAST\nchat +1 +\d+ +3 +3\norders\.eu +2 +\d+ +1 +2\n$/);
    const json = await fanfare(["topics", "orders.>", "--json", "--server", url]);
    expect(json.stdout.split("\n")).toHaveLength(2);
    expect(JSON.parse(json.stdout)).toMatchObject({ topics: [{ topic: "orders.eu", events: 2 }] });
  });

  test("connections with what they follow", async () => {
    const { url } = await serve();
    expect(await fanfare(["connections", "--server", url])).toMatchObject({ code: 0, stderr: "nobody is connected\n" });
    start(["tail", "orders.>", "chat", "--server", url]);
    await connected(url);
    const table = await fanfare(["connections", "--server", url]);
    expect(table.stdout).toMatch(/^CONNECTION .*\n\S+ +websocket +- +default +live +0 +0 +chat orders\.>\n$/);
    const json = await fanfare(["connections", "--json", "--server", url]);
    expect(JSON.parse(json.stdout)).toMatchObject({
      connections: [{ transport: "websocket", subscriptions: [{ topics: ["chat", "orders.>"], state: "live" }] }],
    });
  });

  test("health in words and as the API's document", async () => {
    const { url } = await serve();
    await publish(url, "a", 1);
    const words = await fanfare(["health", "--server", url]);
    expect(words).toMatchObject({ code: 0, stderr: "" });
    expect(words.stdout).toMatch(/^state +ok\nlog +memory, epoch [a-z0-9]+, positions 1 to 1, sync none\n/);
    const json = await fanfare(["health", "--json", "--server", url]);
    expect(JSON.parse(json.stdout)).toMatchObject({ state: "ok", head: 1, totals: { published: 1 } });
  });
});

test("a profile that is not there is named as such", async () => {
  const { url } = await serve();
  const { code, stderr } = await fanfare(["tail", "--profile", "nope", "--server", url]);
  expect(stderr).toBe('fanfare: profile_unknown: profile: there is no "nope"\n');
  expect(code).toBe(1);
});

test("a refusal is the API's problem document where JSON is asked for", async () => {
  const { url } = await serve(["--log", "memory:"], {
    env: { FANFARE_AUTH_SECRET: "0123456789abcdef0123456789abcdef" },
  });
  const { code, stderr } = await fanfare(["topics", "--json", "--server", url]);
  expect(JSON.parse(stderr)).toMatchObject({ code: "unauthenticated", status: 401, type: expect.any(String) });
  expect(code).toBe(1);
});

test("the measure of a daemon counts everything that it sent", async () => {
  const { url } = await serve();
  const args = ["bench", "--events", "500", "--batch", "7", "--publishers", "3", "--subscribers", "4", "--server", url];
  const json = await fanfare([...args, "--json"]);
  expect(JSON.parse(json.stdout)).toMatchObject({ published: { events: 500 }, delivered: { events: 2000 } });
  const table = await fanfare(args);
  expect(table.stdout).toMatch(/EVENTS +PER SECOND +P50 MS +P99 MS +MAX MS\npublished +500 .*\ndelivered +2000 .*\n$/);
});
