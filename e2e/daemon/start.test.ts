import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { command, fanfare, folder, freePort, Running, serve, start, type Options } from "../cli/processes.ts";

const SECRET = "0123456789abcdef0123456789abcdef";

const statusOf = async (url: string, token?: string) =>
  (await fetch(url, token === undefined ? {} : { headers: { authorization: `Bearer ${token}` } })).status;

describe("a start", () => {
  test("says one line on standard output, once the port answers, and warns that it is open", async () => {
    const { url, process } = await serve();
    expect(await statusOf(`${url}/api/v1/health/live`)).toBe(200);
    expect(process.stdout).toBe(`listening on ${url}\n`);
    const lines = process.stderr
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(lines.filter(({ level }) => level === "warn")).toMatchObject([{ msg: /^open to everybody/ }]);
    expect(lines).toContainEqual(expect.objectContaining({ level: "info", msg: "started", url }));
  });

  test("makes the database's folder and keeps the log in it", async () => {
    const cwd = await folder();
    const { url, process } = await serve(["--db", "deep/er/events.db"], { cwd });
    const published = await fanfare(["publish", "a.b", "1", "--server", url]);
    expect(published.stdout).toMatch(/^published 1 event: 1 new, 0 duplicates, up to [a-z0-9]+:1\n$/);
    process.kill("SIGTERM");
    expect((await process.exit).code).toBe(0);
    const again = await serve(["--db", join(cwd, "deep/er/events.db")]);
    expect(await (await fetch(`${again.url}/api/v1/events`)).json()).toMatchObject({
      events: [{ topic: "a.b", position: 1, data: 1 }],
      complete: true,
    });
  });

  test("a flag wins over a variable, which wins over the file of the current folder", async () => {
    const cwd = await folder();
    await writeFile(
      join(cwd, "fanfare.config.ts"),
      `export default { addr: "127.0.0.1:0", db: "file.db", hosts: ["in.the.file"] as string[] };`,
    );
    const file = await serve([], { cwd, env: { FANFARE_ADDR: "localhost:0" } });
    expect(file.url).toMatch(/^http:\/\/localhost:/);
    const flag = await serve(["--addr", "127.0.0.1:0"], { cwd, env: { FANFARE_ADDR: "localhost:0" } });
    expect(flag.url).toMatch(/^http:\/\/127\.0\.0\.1:/);
    expect(flag.process.stderr).toContain(`"log":"${join(cwd, "file.db")}"`);
  });
});

test("a daemon runs under node --watch, its threads too", async () => {
  const [node = "", ...args] = command;
  const addr = `127.0.0.1:${await freePort()}`;
  const watched = new Running([node, "--watch", ...args, "serve", "--addr", addr, "--db", "fanfare.db"], {
    cwd: await folder(),
  });
  await watched.said("stdout", /^listening on /m);
  expect((await fanfare(["publish", "a", "1", "--server", `http://${addr}`])).code).toBe(0);
  watched.kill("SIGTERM");
  await watched.exit;
});

describe("a start that cannot be ends with one line and exit code 1", () => {
  const expectOneLine = async (args: readonly string[], words: RegExp, options: Options = {}) => {
    const { code, stdout, stderr } = await fanfare(["serve", ...args], { cwd: await folder(), ...options });
    expect(stderr).toMatch(words);
    expect(stderr.trimEnd().split("\n")).toHaveLength(1);
    expect(stdout).toBe("");
    expect(code).toBe(1);
  };

  test("for a taken port", async () => {
    const other = createServer().listen(0, "127.0.0.1");
    onTestFinished(() => void other.close());
    await new Promise((resolve) => other.once("listening", resolve));
    const { port } = other.address() as AddressInfo;
    await expectOneLine(
      ["--addr", `127.0.0.1:${port}`, "--log", "memory:"],
      new RegExp(`^fanfare: addr: 127\\.0\\.0\\.1:${port} is taken by another process\\n$`),
    );
  });

  test("for an address of another machine", () =>
    expectOneLine(
      ["--addr", "192.0.2.1:0", "--log", "memory:"],
      /^fanfare: addr: 192\.0\.2\.1:0 is no address of this machine\n$/,
      { env: { FANFARE_AUTH_SECRET: SECRET } },
    ));

  test("for a database that is none", async () => {
    const cwd = await folder();
    await writeFile(join(cwd, "fanfare.db"), "no database, but long enough to be looked at as one".repeat(200));
    await expectOneLine(
      ["--addr", "127.0.0.1:0", "--db", "fanfare.db"],
      /^fanfare: log: .*fanfare\.db: it is not a SQLite database/,
      { cwd },
    );
  });

  test("for a database that cannot be made", async () => {
    const cwd = await folder();
    await writeFile(join(cwd, "file"), "");
    await expectOneLine(["--addr", "127.0.0.1:0", "--db", "file/fanfare.db"], /^fanfare: log: .*file\/fanfare\.db: /, {
      cwd,
    });
    for (const db of ["file/er/fanfare.db", "/proc/fanfare/fanfare.db"])
      await expectOneLine(
        ["--addr", "127.0.0.1:0", "--db", db],
        /^fanfare: log: .*\.db: its folder cannot be made: E/,
        {
          cwd,
        },
      );
    await mkdir(join(cwd, "folder.db"));
    await expectOneLine(["--addr", "127.0.0.1:0", "--db", "folder.db"], /^fanfare: log: .*folder\.db: /, { cwd });
  });

  test("for a configuration file with an unknown key", async () => {
    const cwd = await folder();
    await writeFile(join(cwd, "fanfare.config.ts"), "export default { tail: 1 };");
    await expectOneLine([], /^fanfare: unknown key tail; allowed: addr, .* \(from .*fanfare\.config\.ts\)\n$/, { cwd });
  });
});

describe("access", () => {
  test("an open daemon takes the tokens that its own key signed, and refuses others", async () => {
    const cwd = await folder();
    const { url } = await serve(["--db", "fanfare.db"], { cwd });
    const make = (...more: string[]) =>
      fanfare(["token", "create", "--sub", "me", "--db", "fanfare.db", ...more], { cwd });
    const token = (await make("--grant", "subscribe:a.>")).stdout.trim();
    expect(await statusOf(`${url}/api/v1/events?topic=a.b`, token)).toBe(200);
    expect(await statusOf(`${url}/api/v1/events?topic=b`, token)).toBe(403);
    expect(await statusOf(`${url}/api/v1/events?topic=b`)).toBe(200);
    const foreign = await fanfare(["token", "create", "--sub", "me"], { cwd, env: { FANFARE_AUTH_SECRET: SECRET } });
    expect(foreign.stderr).toBe("fanfare: without --grant this token may connect and do nothing\n");
    expect(await statusOf(`${url}/api/v1/events`, foreign.stdout.trim())).toBe(401);
  });

  test("with a secret nobody comes in without a token of it, but everybody may ask whether it lives", async () => {
    const env = { FANFARE_AUTH_SECRET: SECRET };
    const { url, process } = await serve(["--log", "memory:"], { env });
    expect(process.stderr).not.toContain("open to everybody");
    for (const path of ["events", "topics", "connections", "health"])
      expect(await statusOf(`${url}/api/v1/${path}`)).toBe(401);
    expect(await statusOf(`${url}/metrics`)).toBe(401);
    for (const path of ["live", "ready"]) expect(await statusOf(`${url}/api/v1/health/${path}`)).toBe(200);
    const admin = (await fanfare(["token", "create", "--sub", "op", "--grant", "admin:>"], { env })).stdout.trim();
    expect(await statusOf(`${url}/metrics`, admin)).toBe(200);
    const refused = await fanfare(["tail", "a", "--server", url, "--token", admin]);
    expect(refused).toMatchObject({ code: 1, stderr: expect.stringMatching(/^fanfare: forbidden: .*"a"/) });
    const stranger = await fanfare(["tail", "a", "--server", url]);
    expect(stranger).toMatchObject({ code: 1, stderr: expect.stringMatching(/^fanfare: unauthenticated: /) });
  });

  test("an expired token is refused in words", async () => {
    const { url } = await serve(["--log", "memory:"], { env: { FANFARE_AUTH_SECRET: SECRET } });
    const header = Buffer.from(JSON.stringify({ alg: "none" })).toString("base64url");
    const { code, stderr } = await fanfare(["topics", "--server", url], { env: { FANFARE_TOKEN: `${header}.e30.` } });
    expect(code).toBe(1);
    expect(stderr).toMatch(/^fanfare: unauthenticated: /);
  });
});

describe("figures", () => {
  test("count what was published and delivered, and time what was durable", async () => {
    const { url } = await serve(["--db", join(await folder(), "fanfare.db")]);
    const tail = start(["tail", "a", "--count", "2", "--after", "start", "--server", url]);
    await fanfare(["publish", "a", "1", "--id", "x", "--server", url]);
    await fanfare(["publish", "a", "1", "--id", "x", "--server", url]);
    await fanfare(["publish", "a", "2", "--server", url]);
    expect((await tail.exit).code).toBe(0);
    const text = await (await fetch(`${url}/metrics`)).text();
    expect(text).toMatch(/^fanfare_published_events_total 2$/m);
    expect(text).toMatch(/^fanfare_duplicate_events_total 1$/m);
    expect(text).toMatch(/^fanfare_delivered_events_total 2$/m);
    expect(text).toMatch(/^fanfare_log_last_position 2$/m);
    expect(text).toMatch(/^fanfare_log_append_seconds_count [1-9]\d*$/m);
    expect(text).toMatch(/^fanfare_http_request_seconds_count\{method="POST",status="201"\} 2$/m);
    expect(text).toMatch(/^nodejs_eventloop_lag_p99_seconds \d/m);
  });
});
