import fc from "fast-check";
import { expect, test } from "vitest";
import { toPosition, type EventDraft } from "@fanfare/protocol";
import { scratchFolder } from "../../../testing/scratch-folder.ts";
import type { Log } from "../../core/ports/log.ts";
import { readAll } from "../../testing/conformance/log-reading.ts";
import { patterns, sample } from "../../testing/conformance/sample-events.ts";
import { memoryLog } from "../memory/log.ts";
import { sqliteLog } from "./log.ts";

const path = scratchFolder();
const NOW = Date.UTC(2026, 0, 1);

const topic = fc.constantFrom("a", "a.b", "a.b.c", "b", "b.a", "c.x.y", "c.x.z");
const pattern = fc.constantFrom("a", "a.b", "a.*", "a.>", "*", "*.a", "c.*.y", "c.x.>", ">", "nothing");
const draft = fc
  .record({ topic, id: fc.integer({ min: 0, max: 60 }), data: fc.constantFrom(0, 1, "x".repeat(50)) })
  .map(({ topic: name, id, data }) => sample(name, { id: `id-${id}`, data, time: "2026-01-01T00:00:00.000Z" }));

const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant("append" as const),
      batch: fc.array(draft, { minLength: 1, maxLength: 6 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("trim" as const),
      topics: pattern,
      maxEvents: fc.option(fc.integer({ min: 0, max: 5 }), { nil: undefined }),
      maxBytes: fc.option(fc.integer({ min: 0, max: 200 }), { nil: undefined }),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant("read" as const),
      topics: fc.array(pattern, { maxLength: 3 }),
      after: fc.integer({ min: 0, max: 40 }),
      limit: fc.integer({ min: 1, max: 6 }),
      scan: fc.integer({ min: 1, max: 20 }),
      bytes: fc.integer({ min: 1, max: 300 }),
    }),
  },
);
type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never;

/** What the step answers, in a form in which every log must agree. */
async function perform(log: Log, action: Step): Promise<unknown> {
  switch (action.kind) {
    case "append":
      return log.append(action.batch as readonly EventDraft[]).catch((error: { code: string }) => error.code);
    case "trim": {
      const [topics] = patterns(action.topics);
      if (topics === undefined) return 0;
      const { maxEvents, maxBytes } = action;
      const limits = { ...(maxEvents !== undefined && { maxEvents }), ...(maxBytes !== undefined && { maxBytes }) };
      return log.trim({ rules: [{ topics, ...limits }], now: NOW });
    }
    case "read": {
      const wanted = { ...action, topics: patterns(...action.topics), after: toPosition(action.after) };
      const { trimmed, head } = await log.read(wanted);
      const { epoch: _epoch, ...bounds } = await log.bounds();
      const topics = await log.topics({ patterns: wanted.topics, limit: action.limit });
      return { events: await readAll(log, wanted), trimmed, head, bounds, topics };
    }
  }
}

test("whatever is appended, trimmed and read, it is the log in memory on a disk", { timeout: 60_000 }, async () => {
  const histories = fc.array(step, { minLength: 120, maxLength: 160 });
  await fc.assert(fc.asyncProperty(histories, sameAsInMemory), { numRuns: 5, endOnFailure: true });
});

async function sameAsInMemory(steps: readonly Step[]): Promise<void> {
  const file = path();
  const open = (): Log => sqliteLog(file, { now: () => NOW, safetyCheck: false });
  const model = memoryLog({ now: () => NOW });
  let log = open();
  try {
    for (const [index, action] of steps.entries()) {
      expect(await perform(log, action)).toEqual(await perform(model, action));
      if (index % 50 !== 49) continue;
      await log.close();
      log = open();
    }
  } finally {
    await log.close();
  }
}
