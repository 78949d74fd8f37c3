import { expect, test } from "vitest";
import { refusalOf } from "./http.ts";

const pauseAfter = async (retryAfter: string): Promise<number | undefined> =>
  (await refusalOf(new Response("", { status: 503, headers: { "retry-after": retryAfter } }))).retryAfterMs;

test("a server says when to come back in seconds or as a date", async () => {
  expect(await pauseAfter("7")).toBe(7_000);
  const date = await pauseAfter(new Date(Date.now() + 60_000).toUTCString());
  expect(date).toBeGreaterThan(50_000);
  expect(date).toBeLessThanOrEqual(60_000);
});

test.each(["0", "-1", "soon", "", new Date(0).toUTCString()])(
  "what is no time to come (%j) leaves the pause to the client",
  async (text) => expect(await pauseAfter(text)).toBeUndefined(),
);

test("an hour is the longest that a server is obeyed, since no timer holds any time", async () => {
  expect(await pauseAfter("9999999")).toBe(3_600_000);
});
