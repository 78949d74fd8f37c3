import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { createHub, type Hub } from "fanfare";
import { defineApp, defineRoute, openApp, type AppContext } from "fanfare/app";
import { sqliteLog } from "fanfare/sqlite";
import { expect, onTestFinished, test } from "vitest";
import { z } from "zod";
import { counters } from "./counters.ts";

const OPEN_MS = 5_000;
/** Waiting for the open transaction would take all of its five seconds. */
const BOUND_MS = 1_000;

const held = Promise.withResolvers<void>();

/** An app with one transaction that stays open until it is let go. */
const holder = defineApp({
  name: "holder",
  routes: {
    hold: defineRoute({ method: "POST", path: "/hold", summary: "Hold", input: z.object({}) }),
    look: defineRoute({ method: "GET", path: "/look", summary: "Look", input: z.object({}), output: z.int() }),
  },
  service: ({ db }: AppContext<{ held: { id: number } }>) => ({
    hold: () =>
      db.transaction(async (tx) => {
        await tx.insertInto("held").values({ id: 1 }).execute();
        await tx.outbox.add("held", { type: "held" });
        await held.promise;
      }),
    look: async () => (await db.reader.selectFrom("held").selectAll().execute()).length,
  }),
  migrations: {
    "1": { up: (db) => db.schema.createTable("held").addColumn("id", "integer").execute() },
  },
});

test("a transaction that an app holds open for five seconds delays no publish, no other app and no read", async () => {
  const folder = mkdtempSync(join(tmpdir(), "fanfare-held-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const hub: Hub = createHub({ log: sqliteLog(join(folder, "log.db")) });
  onTestFinished(() => hub.close());
  const quick = await openApp(counters, { db: join(folder, "counters.db"), hub });
  const slow = await openApp(holder, { db: join(folder, "holder.db"), hub });
  onTestFinished(async () => {
    await quick.close();
    await slow.close();
  });
  const delays = monitorEventLoopDelay({ resolution: 5 });
  const times: number[] = [];
  const time = async (work: () => Promise<unknown>): Promise<void> => {
    const begun = performance.now();
    await work();
    times.push(performance.now() - begun);
  };
  const holding = slow.service.hold({});
  delays.enable();
  const end = performance.now() + OPEN_MS;
  let rounds = 0;
  while (performance.now() < end) {
    rounds += 1;
    await time(() => hub.publish("direct", { type: "made" }));
    await time(() => quick.service.add({ counter: "a" }));
    await time(async () => expect(await slow.service.look({})).toBe(0));
    // Published and handled, too.
    await time(async () => expect(await quick.settled(BOUND_MS)).toBe(true));
  }
  delays.disable();
  expect(rounds).toBeGreaterThan(20);
  expect(Math.max(...times)).toBeLessThan(BOUND_MS);
  expect(delays.max / 1e6).toBeLessThan(BOUND_MS);
  held.resolve();
  await holding;
  expect(await slow.service.look({})).toBe(1);
  expect(await slow.settled(2 * BOUND_MS)).toBe(true);
  expect((await hub.read({ topics: ["held"] })).entries).toHaveLength(1);
  expect((await quick.service.sum({})).total).toBe(rounds);
});
