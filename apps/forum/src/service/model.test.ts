import fc from "fast-check";
import { test } from "vitest";
import { ACTORS, Comparison, type Command } from "../../testing/forum-comparison.ts";
import { openForum } from "../../testing/opened-forum.ts";
import { PRIORITIES } from "../domain/priority.ts";
import { STATES } from "../domain/state.ts";

const LEADERS = ACTORS.slice(2);
const TICKETS = ["T-1", "T-2"];

/** Nothing shall happen but what is commanded. */
const PATIENT = { high: 3_600_000, urgent: 3_600_000 };

const actor = fc.constantFrom(...ACTORS);
const leader = fc.constantFrom(...LEADERS);
const thread = fc.nat({ max: 5 });

const command: fc.Arbitrary<Command> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ do: fc.constant("open" as const), actor, ticket: fc.constantFrom(...TICKETS) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant("post" as const), actor, thread }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("answer" as const), actor, thread }) },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant("state" as const), actor: leader, thread, to: fc.constantFrom(...STATES) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("close" as const), actor: leader, thread }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("assign" as const), actor: leader, thread }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant("priority" as const),
      actor: leader,
      thread,
      to: fc.constantFrom(...PRIORITIES),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("seen" as const), actor, thread, back: fc.nat({ max: 3 }) }) },
);

test("whatever is done, no forbidden move happens, and lists, queues and counts are what they are defined as", async () => {
  const histories = fc.array(command, { minLength: 10, maxLength: 60, size: "max" });
  await fc.assert(
    fc.asyncProperty(histories, async (history) => {
      const { service, opened } = await openForum({ limits: { scannedRows: 3 }, slaMs: PATIENT });
      const comparison = new Comparison(service);
      for (const given of history) await comparison.run(given);
      await comparison.check();
      await opened.close();
    }),
    { numRuns: 12 },
  );
}, 60_000);
