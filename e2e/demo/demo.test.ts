import { join } from "node:path";
import { expect, test } from "vitest";
import { fanfare, Running, serve } from "../cli/processes.ts";

const main = [process.execPath, "--conditions=@fanfare/source", join(import.meta.dirname, "main.ts")];

test("every reader of the demo gets exactly its set of the webhooks, in order", async () => {
  const { code, stdout, stderr } = await new Running(main).exit;
  expect(stderr).toBe("");
  expect(stdout).toMatch(
    /^329 GitHub webhooks of 58 kinds go to http:\/\/127\.0\.0\.1:\d+, while three readers follow\n/,
  );
  expect(stdout).toMatch(/\n✓ WebSocket +80 of 80 events, in order/);
  expect(stdout).toMatch(/\n✓ SSE +329 of 329 events, in order/);
  expect(stdout).toMatch(/\n✓ long-poll +71 of 71 events, in order/);
  expect(code).toBe(0);
});

test("the demo uses a running daemon, others' events among its own or not", async () => {
  const { url } = await serve();
  const others = new Running([...main, "--ndjson"]).exit.then(({ stdout }) =>
    fanfare(["publish", "--server", url], { input: stdout }),
  );
  const demo = await new Running([...main, "--server", url]).exit;
  expect(demo).toMatchObject({ code: 0, stderr: "" });
  expect((await others).stdout).toMatch(/^published 329 events: 329 new, 0 duplicates/);
});

test("a demo whose daemon is not there fails", async () => {
  const { code, stdout } = await new Running([...main, "--server", "http://127.0.0.1:9"]).exit;
  expect(stdout).toMatch(/✗ /);
  expect(code).toBe(1);
});
