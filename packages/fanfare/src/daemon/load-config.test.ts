import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { parseAddress } from "./address.ts";
import { ConfigError } from "./config-error.ts";
import { loadConfig, type ServeFlags } from "./load-config.ts";

const SECRET = "0123456789abcdef0123456789abcdef";

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "fanfare-config-"));
});

afterEach(() => rm(folder, { recursive: true }));

const load = (flags: ServeFlags = {}, env: Record<string, string> = {}) => loadConfig({ folder, flags, env });

const write = (text: string, name = "fanfare.config.ts") => writeFile(join(folder, name), text);

test("without file, flags and variables the defaults hold, in the current folder", async () => {
  expect(await load()).toMatchObject({ addr: "127.0.0.1:3001", db: join(folder, ".fanfare/fanfare.db") });
});

test("the current folder's fanfare.config.ts is run as TypeScript", async () => {
  await write(
    `interface Port { port: number }\nconst p: Port = { port: 4000 };\nexport default { addr: \`localhost:\${p.port}\` };`,
  );
  expect(await load()).toMatchObject({ addr: "localhost:4000" });
});

test("a flag wins over a variable, which wins over the file", async () => {
  await write(
    `export default { addr: "localhost:1", db: "file.db", auth: { secret: "${"f".repeat(32)}", issuer: "me" } };`,
  );
  const env = { FANFARE_ADDR: "localhost:2", FANFARE_DB: "variable.db", FANFARE_AUTH_SECRET: SECRET };
  expect(await load()).toMatchObject({ addr: "localhost:1", db: join(folder, "file.db") });
  expect(await load({}, env)).toMatchObject({
    addr: "localhost:2",
    db: join(folder, "variable.db"),
    auth: { secret: SECRET, issuer: "me" },
  });
  expect(await load({ addr: "localhost:3", db: "flag.db" }, env)).toMatchObject({
    addr: "localhost:3",
    db: join(folder, "flag.db"),
  });
});

test("an empty variable is one that is not set", async () => {
  expect(await load({}, { FANFARE_ADDR: "" })).toMatchObject({ addr: "127.0.0.1:3001" });
});

test("another file is named by flag or variable, and its files lie beside it", async () => {
  await mkdir(join(folder, "etc"));
  await write(`export default { db: "events.db", auth: { jwks: "keys.json" } };`, "etc/other.ts");
  const expected = { db: join(folder, "etc/events.db"), auth: { jwks: join(folder, "etc/keys.json") } };
  expect(await load({ config: "etc/other.ts" })).toMatchObject(expected);
  expect(await load({}, { FANFARE_CONFIG: "etc/other.ts" })).toMatchObject(expected);
  const jwks = "https://issuer.example.org/keys";
  expect(await load({ config: "etc/other.ts" }, { FANFARE_AUTH_JWKS: jwks })).toMatchObject({ auth: { jwks } });
});

test("a fault names the flag, the variable or the file that it came from", async () => {
  await expect(load({ addr: "x" })).rejects.toThrow(/got 'x' \(from --addr\)$/);
  await expect(load({}, { FANFARE_ADDR: "y" })).rejects.toThrow(/got 'y' \(from FANFARE_ADDR\)$/);
  await expect(load({}, { FANFARE_AUTH_SECRET: "z" })).rejects.toThrow(
    /^auth\.secret: .* \(from FANFARE_AUTH_SECRET\)$/,
  );
  await write(`export default { addr: "z", adr: "" };`);
  await expect(load()).rejects.toThrow(`got 'z' (from ${join(folder, "fanfare.config.ts")})`);
});

test("a call's fault and a file's fault can be told apart", async () => {
  await expect(load({ addr: "x" })).rejects.toMatchObject({ source: { kind: "call" } });
  await write(`export default { addr: "z" };`);
  await expect(load()).rejects.toMatchObject({ source: { kind: "file" } });
});

test("a file that is named but not there is refused", async () => {
  await expect(load({ config: "no.ts" })).rejects.toThrow(
    `config: there is no file ${join(folder, "no.ts")} (from --config)`,
  );
  await expect(load({ config: "." })).rejects.toThrow(ConfigError);
});

test.each([
  ["export default {", /^config: does not load: .* \(from .*fanfare\.config\.ts\)$/],
  ["throw new Error('first\\nsecond')", /^config: does not load: first \(from/],
  ["export const addr = 'localhost:1'", /^config: expected a default export that is an object/],
  ["export default []", /^config: expected a default export that is an object/],
])("a file of %j is refused in one line", async (text, message) => {
  await write(text);
  await expect(load()).rejects.toThrow(ConfigError);
  await expect(load()).rejects.toThrow(message);
});

test("the flags for relays and stops are durations and numbers", async () => {
  const flags = { workerInterval: "250ms", workerBatchSize: "20", workerLogPeriod: "1m", shutdownTimeout: "3s" };
  expect(await load(flags)).toMatchObject({
    relay: { pollMs: 250, batch: 20, summaryMs: 60_000, leaseMs: 10_000 },
    shutdown: { deadlineMs: 3_000, spreadMs: 2_000 },
  });
});

test.each([
  [{ workerInterval: "fast" }, /^relay\.pollMs: expected a whole number .*got 'fast' \(from --worker-interval\)$/],
  [{ workerBatchSize: "0" }, /^relay\.batch: .*got 0 \(from --worker-batch-size\)$/],
  [{ workerLogPeriod: "1" }, /^relay\.summaryMs: .*got '1' \(from --worker-log-period\)$/],
  [{ shutdownTimeout: "1ms" }, /^shutdown\.deadlineMs: .*got 1 \(from --shutdown-timeout\)$/],
])("%j is refused by its flag's name", async (flags, message) => {
  await expect(load(flags)).rejects.toThrow(message);
});

test("a port alone is this machine's", async () => {
  expect(await load({ addr: ":4000" })).toMatchObject({ addr: ":4000" });
  expect(parseAddress(":4000")).toEqual({ host: "127.0.0.1", port: 4_000 });
});
