import type { Cursor } from "@fanfare/protocol";
import { expect, test } from "vitest";
import { createMailbox } from "./mailbox.ts";

test("who waits through any number of heartbeats is told at once, and holds nothing for any of them", async () => {
  const { put, take } = createMailbox<string, never>(() => {});
  const waits = { told: false };
  void take().then(() => (waits.told = true));
  for (let beat = 1; beat <= 1_000; beat += 1) {
    put([], { cursor: `e:${beat}` as Cursor, scope: "s", time: beat });
    await Promise.resolve();
  }
  put([{ kind: "events", events: ["one"], cursor: "e:1001" as Cursor }]);
  let turns = 0;
  for (; !waits.told && turns < 10_000; turns += 1) await Promise.resolve();
  expect(waits.told).toBe(true);
  expect(turns).toBeLessThan(10);
});
