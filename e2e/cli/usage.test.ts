import { describe, expect, test } from "vitest";
import { fanfare, folder, freePort } from "./processes.ts";

const COMMANDS = [
  ["serve"],
  ["publish"],
  ["tail"],
  ["topics"],
  ["connections"],
  ["health"],
  ["token", "create"],
  ["log", "verify"],
  ["log", "restore"],
  ["outbox", "status"],
  ["outbox", "retry"],
  ["outbox", "discard"],
  ["reactions", "status"],
  ["reactions", "retry"],
  ["reactions", "discard"],
  ["bench"],
];

describe("help", () => {
  test("names every command, the exit codes and examples", async () => {
    const { code, stdout, stderr } = await fanfare(["--help"]);
    expect(code).toBe(0);
    for (const [command = ""] of COMMANDS) expect(stdout).toMatch(new RegExp(`^  ${command}\\b`, "m"));
    expect(stdout).toContain("Exit codes: 0 done, 1 failed, 2 wrong usage, 3 server not reached, 130 interrupted.");
    expect(stdout).toContain("Examples:");
    expect(stderr).toBe("");
  });

  test.each(COMMANDS)("of %s %s has examples", async (...words) => {
    const { code, stdout } = await fanfare([...words.filter((word) => word !== undefined), "--help"]);
    expect(code).toBe(0);
    expect(stdout).toMatch(new RegExp(`^Usage: fanfare ${words.join(" ").trim()}`));
    expect(stdout).toContain("Examples:");
    expect(stdout).toContain("$ fanfare");
  });

  test("is plain text in a pipe, also where CI wants colours", async () => {
    const { stdout } = await fanfare(["help", "tail"], { env: { CI: "true" } });
    // oxlint-disable-next-line no-control-regex -- an escape is what must not be there
    expect(stdout).not.toMatch(/\u001B/);
  });

  test("the version is the package's", async () => {
    expect((await fanfare(["--version"])).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});

describe("a wrong usage ends with 2 and says what is wrong", () => {
  test.each([
    [[], /^Usage: fanfare/],
    [["listen"], /unknown command 'listen'/],
    [["serve", "--port", "1"], /unknown option '--port'/],
    [["serve", "--addr", "3001"], /^fanfare: addr: expected HOST:PORT, such as .*, got '3001' \(from --addr\)$/m],
    [["serve", "--addr", "0.0.0.0:0"], /^fanfare: addr: 0\.0\.0\.0 can be reached .* \(from --addr\)$/m],
    [["serve", "--log", "redis://x"], /^fanfare: log: expected "memory:", .* \(from --log\)$/m],
    [["serve", "--worker-interval", "often"], /^fanfare: relay\.pollMs: .*got 'often' \(from --worker-interval\)$/m],
    [["reactions", "retry", "--db", "x.db"], /give their numbers, or --dead/],
    [["serve", "--config", "no.ts"], /^fanfare: config: there is no file .*no\.ts \(from --config\)$/m],
    [["topics", "--server", "localhost:3001"], /--server <url>.*Expected an http or https address/],
    [["tail", "a..b"], /"a\.\.b"/],
    [["tail", "--after", "yesterday"], /'yesterday' is invalid\. Expected start, now or a cursor: .*epoch:position/],
    [["tail", "--filter", "{"], /Not valid JSON/],
    [["tail", "--filter", '{"exakt":{}}'], /exakt|filter/],
    [["tail", "--attr", "a"], /NAME=VALUE/],
    [["tail", "--attr", "a b=1"], /"a b"/],
    [["tail", "--count", "0"], /from 1/],
    [["publish", "a.*", "1"], /"a\.\*"/],
    [["publish", "a", "hello"], /DATA is not valid JSON: hello/],
    [["publish", "a", "1", "--file", "x"], /DATA and --file exclude each other/],
    [["publish", "a", "--id", "x", "--file", "x"], /--id needs DATA/],
    [["token", "create"], /--sub/],
    [["token", "create", "--sub", "a", "--grant", "read:>"], /"read" is no action/],
    [["token", "create", "--sub", "a", "--expires", "1w"], /such as 12h/],
    [["bench", "--events", "many"], /whole number/],
    [["log"], /^Usage: fanfare log/],
  ] as const)("%j", async (args, words) => {
    const { code, stdout, stderr } = await fanfare(args, { cwd: await folder() });
    expect(stderr).toMatch(words);
    expect(stdout).toBe("");
    expect(code).toBe(2);
  });

  test("variables are judged like flags", async () => {
    const bad = await fanfare(["topics"], { env: { FANFARE_URL: "nowhere" } });
    expect(bad.code).toBe(2);
    expect(bad.stderr).toContain("FANFARE_URL");
    const addr = await fanfare(["serve"], { env: { FANFARE_ADDR: "x" }, cwd: await folder() });
    expect(addr.code).toBe(2);
    expect(addr.stderr).toMatch(/^fanfare: addr: .* \(from FANFARE_ADDR\)\n$/);
  });
});

describe("a server that is not there ends with 3", () => {
  test.each([
    ["tail", "a"],
    ["publish", "a", "1"],
    ["topics"],
    ["connections"],
    ["health"],
    ["bench", "--events", "1"],
  ])("%s", async (...args) => {
    const url = `http://127.0.0.1:${await freePort()}`;
    const { code, stdout, stderr } = await fanfare([...args, "--server", url]);
    expect(stderr).toBe(`fanfare: server not reached at ${url}: connection refused\n`);
    expect(stdout).toBe("");
    expect(code).toBe(3);
  });
});
