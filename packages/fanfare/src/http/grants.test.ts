import { randomUUID } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compileFilter, parseEventInput, parseTopic, type Filter, type Page, type Topic } from "@fanfare/protocol";
import { memoryLog } from "../memory.ts";
import type { TopicStats } from "../core/ports/log.ts";
import { apiUnderTest, documentOf, refusalOf, tokenOf, type ApiUnderTest } from "../../testing/api-under-test.ts";

/** Few names, so that grants, filters and histories meet often; `c` is in no pattern. */
const TOKENS = ["a", "b", "c"];
const TOPICS: readonly Topic[] = TOKENS.flatMap((x) => [
  x,
  ...TOKENS.flatMap((y) => [`${x}.${y}`, ...TOKENS.map((z) => `${x}.${y}.${z}`)]),
]).map((text) => parseTopic(text));

const topic = fc.constantFrom(...TOPICS);
const patternToken = fc.constantFrom("a", "b", "*");
const pattern = fc.oneof(
  { weight: 1, arbitrary: fc.constant(">") },
  {
    weight: 4,
    arbitrary: fc
      .tuple(fc.array(patternToken, { minLength: 1, maxLength: 2 }), fc.constantFrom("", ".>"))
      .map(([tokens, end]) => tokens.join(".") + end),
  },
);
const filter: fc.Arbitrary<Filter> = fc.oneof(
  fc.record({ exact: fc.record({ x: fc.constantFrom(1, 2, "1") }) }),
  fc.record({ exact: fc.record({ type: fc.constantFrom("p", "q") }) }),
  fc.record({ not: fc.record({ exact: fc.record({ x: fc.constantFrom(1, 2) }) }) }),
);
const grant = fc.record(
  {
    do: fc.subarray(["subscribe", "publish", "signal", "admin"] as const, { minLength: 1 }),
    topics: fc.array(pattern, { minLength: 1, maxLength: 2 }),
    filter,
  },
  { requiredKeys: ["do", "topics"] },
);
const event = fc.record({
  topic,
  type: fc.constantFrom("p", "q"),
  attributes: fc.record({ x: fc.constantFrom(1, 2, "1") }, { requiredKeys: [] }),
});

const world = fc.record(
  {
    history: fc.array(event, { maxLength: 25 }),
    grants: fc.array(grant, { maxLength: 3 }),
    privates: fc.array(pattern, { maxLength: 1 }),
    asked: fc.array(pattern, { minLength: 1, maxLength: 2 }),
    filter,
    limit: fc.integer({ min: 1, max: 5 }),
  },
  { requiredKeys: ["history", "grants", "privates", "asked", "limit"] },
);

type World = typeof world extends fc.Arbitrary<infer Value> ? Value : never;
type Grant = World["grants"][number];

/** The rules again, by looking at every topic there is, one by one, instead of at patterns. */
const isOf = (text: string, name: Topic): boolean => {
  const expression = text.split(".").map((part) => (part === "*" ? "[^.]+" : part === ">" ? ".+" : part));
  return new RegExp(`^${expression.join("\\.")}$`).test(name);
};
const within = (inner: string, outer: string): boolean =>
  TOPICS.every((name) => !isOf(inner, name) || isOf(outer, name)) &&
  // A `>` stands for topics deeper than any here.
  (!inner.endsWith(">") || outer.endsWith(">"));
const subscribes = (grants: readonly Grant[]): readonly Grant[] => grants.filter((one) => one.do.includes("subscribe"));

const mayAsk = ({ grants, privates }: World, wanted: string): boolean =>
  subscribes(grants).some((one) =>
    one.topics.some(
      (own) => within(wanted, own) && privates.every((hidden) => !within(wanted, hidden) || within(own, hidden)),
    ),
  );

const reaches = ({ privates }: World, one: Grant, name: Topic): boolean =>
  one.topics.some((own) => isOf(own, name) && privates.every((hidden) => !isOf(hidden, name) || within(own, hidden)));

const mayRead = (given: World, { topic: name, type, attributes }: World["history"][number]): boolean =>
  subscribes(given.grants).some(
    (one) =>
      reaches(given, one, name) && compileFilter(one.filter)({ topic: name, id: "", type, attributes: attributes }),
  );

/** A hub whose log holds the history already. */
const apiOn = async ({ history, privates }: World): Promise<ApiUnderTest> => {
  const log = memoryLog();
  const defaults = { id: () => randomUUID(), time: () => "2026-01-01T00:00:00.000Z" };
  await log.append(history.map(({ topic: name, ...input }) => parseEventInput(name, input, defaults)));
  return apiUnderTest({ open: false, hub: { log, privates } });
};

/** The positions of all pages together, or the code of the refusal. */
const readAll = async (
  on: ApiUnderTest,
  token: string,
  query: URLSearchParams,
): Promise<readonly number[] | string> => {
  const positions: number[] = [];
  for (;;) {
    const response = await on.send(`/api/v1/events?${query.toString()}`, { token });
    if (response.status !== 200) return (await refusalOf(response)).split(" ", 2).join(" ");
    const page = await documentOf<Page>(response);
    expect(page.gap).toBeUndefined();
    expect(page.prev).toBe(query.get("after") ?? page.prev.replace(/:.*/, ":0"));
    positions.push(...page.events.map(({ position }) => position));
    if (page.complete) return positions;
    query.set("after", page.cursor);
    query.set("scope", page.scope);
  }
};

const expectedOf = (given: World): readonly number[] | string => {
  if (!given.asked.every((text) => mayAsk(given, text))) return "403 forbidden";
  const wanted = compileFilter(given.filter);
  return given.history.flatMap((one, index) => {
    const asked = given.asked.some((text) => isOf(text, one.topic));
    const fits = wanted({ topic: one.topic, id: "", type: one.type, attributes: one.attributes });
    return asked && fits && mayRead(given, one) ? [index + 1] : [];
  });
};

describe("for any grants, filters and history", { timeout: 60_000 }, () => {
  test("pages hold exactly what the credential may read, and what it may not ask for is forbidden", async () => {
    const answers = { some: 0, none: 0, forbidden: 0 };
    await fc.assert(
      fc.asyncProperty(world, async (given) => {
        await using on = await apiOn(given);
        const token = await tokenOf("ada", given.grants);
        const query = new URLSearchParams(given.asked.map((text) => ["topic", text]));
        query.set("limit", String(given.limit));
        if (given.filter !== undefined) query.set("filter", JSON.stringify(given.filter));
        const expected = expectedOf(given);
        answers[typeof expected === "string" ? "forbidden" : expected.length > 0 ? "some" : "none"] += 1;
        expect(await readAll(on, token, query)).toEqual(expected);
      }),
      { numRuns: 500 },
    );
    // Otherwise the worlds would be too simple to show anything.
    expect(Math.min(answers.some, answers.none, answers.forbidden)).toBeGreaterThan(20);
  });

  test("the list of topics shows exactly those that the credential may subscribe to", async () => {
    await fc.assert(
      fc.asyncProperty(world, async (given) => {
        await using on = await apiOn(given);
        const token = await tokenOf("ada", given.grants);
        const { topics } = await documentOf<{ topics: readonly TopicStats[] }>(
          await on.send("/api/v1/topics", { token }),
        );
        const expected = new Set(
          given.history
            .map(({ topic: name }) => name)
            .filter((name) => subscribes(given.grants).some((one) => reaches(given, one, name))),
        );
        expect(topics.map(({ topic: name }) => name)).toEqual([...expected].toSorted());
      }),
      { numRuns: 200 },
    );
  });
});
