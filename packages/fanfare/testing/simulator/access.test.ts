import fc from "fast-check";
import { isFanfareError, type FanfareEvent, type Filter, type Pattern } from "@fanfare/protocol";
import { describe, expect, test } from "vitest";
import { entryEvent } from "../../src/core/entry.ts";
import { HubCore } from "../../src/core/hub-core.ts";
import { OPEN, ROOT, type Action, type Grant, type Identity } from "../../src/core/identity.ts";
import type { EventContent, Profile } from "../../src/core/profile.ts";
import type { Session } from "../../src/core/session.ts";
import { memoryBus, memoryLog, memoryState } from "../../src/memory.ts";
import { Recorder } from "../hub-fixture.ts";
import { seededRuntime } from "../../src/testing/seeded-runtime.ts";

/*
 * The oracle: who may see what, as naively as it can be said, without a line of the code that it judges.
 */

type Subject = Pick<FanfareEvent, "topic" | "id" | "type" | "attributes">;
type Asked = { readonly topics: readonly string[]; readonly filter: Filter | undefined; readonly profile: Profile };

/** Topics lie within a pattern as texts do; so do patterns, since only `>` takes in a `>`. */
const within = (outer: string, inner: string): boolean =>
  new RegExp(`^${outer.replaceAll(".", "\\.").replace(">", ".+").replaceAll("*", "[^.>]+")}$`).test(inner);

const textOf = (subject: Subject, name: string): string | undefined => {
  const { topic, type, id, attributes } = subject;
  const all: Record<string, unknown> = { ...attributes, topic, type, id };
  return Object.hasOwn(all, name) ? String(all[name]) : undefined;
};

const passes = (filter: Filter | undefined, subject: Subject): boolean => {
  if (filter === undefined) return true;
  if ("all" in filter) return filter.all.every((part) => passes(part, subject));
  if ("any" in filter) return filter.any.some((part) => passes(part, subject));
  if ("not" in filter) return !passes(filter.not, subject);
  const [kind, terms] = Object.entries(filter)[0] as [string, Record<string, unknown>];
  return Object.entries(terms).every(([name, wanted]) => {
    const text = textOf(subject, name);
    if (text === undefined) return false;
    if (kind === "prefix") return text.startsWith(String(wanted));
    if (kind === "suffix") return text.endsWith(String(wanted));
    return (kind === "in" ? (wanted as unknown[]) : [wanted]).map(String).includes(text);
  });
};

/** Grants that reach the topic or pattern, which for a private one must name something private themselves. */
const grantsFor = (identity: Identity, action: Action, wanted: string, privates: readonly string[]): readonly Grant[] =>
  identity.grants.filter(
    (grant) =>
      grant.do.includes(action) &&
      grant.topics.some((own) =>
        [own, ...privates.filter((hidden) => identity.kind !== "root" && within(hidden, wanted))].every(
          (outer) => within(outer, wanted) && (outer === own || within(outer, own)),
        ),
      ),
  );

const sees = (
  identity: Identity,
  { topics, filter, profile }: Asked,
  event: FanfareEvent,
  privates: readonly string[],
) =>
  topics.some((pattern) => within(pattern, event.topic)) &&
  (profile.topics ?? [">"]).some((pattern) => within(pattern, event.topic)) &&
  passes(profile.filter, event) &&
  grantsFor(identity, "subscribe", event.topic, privates).some((grant) => passes(grant.filter, event)) &&
  passes(filter, look(profile, event));

/** The event as the profile shows it. */
const look = ({ transform }: Profile, event: FanfareEvent): FanfareEvent => ({ ...event, ...transform?.(event) });

/*
 * Random worlds of few words, so that everything meets everything.
 */

const TOPICS = ["a.one", "a.two", "b.one", "b.x.y", "hidden.one"];
const PATTERNS = [">", "a.>", "a.*", "*.one", "a.one", "b.x.*", "*.*.*", "hidden.>", "hidden.one"];
const PROFILE_NAMES = ["plain", "narrow"];

const topic = fc.constantFrom(...TOPICS);
const topics = fc.uniqueArray(fc.constantFrom(...PATTERNS), { minLength: 1, maxLength: 3 });
const patterns = topics as unknown as fc.Arbitrary<readonly Pattern[]>;
const lane = fc.constantFrom("a", "b");
const content = fc.record({
  type: fc.constantFrom("made", "moved"),
  attributes: fc.record({ lane, n: fc.nat(1) }, { requiredKeys: [], noNullPrototype: true }),
});

const term = fc.oneof(
  fc.record({ lane }, { noNullPrototype: true }).map((exact): Filter => ({ exact })),
  fc.nat(1).map((n): Filter => ({ in: { n: [n, "7"] } })),
  fc.constantFrom<Filter>({ prefix: { type: "mo" } }, { suffix: { topic: "one" } }, { exact: { topic: "b.x.y" } }),
);
const filter: fc.Arbitrary<Filter> = fc.oneof(
  term,
  fc.array(term, { minLength: 1, maxLength: 2 }).map((all) => ({ all })),
  fc.array(term, { minLength: 1, maxLength: 2 }).map((any) => ({ any })),
  term.map((not) => ({ not })),
);
const maybeFilter = fc.option(filter, { nil: undefined });

const grant: fc.Arbitrary<Grant> = fc.record({
  do: fc.uniqueArray(fc.constantFrom<Action>("subscribe", "publish", "signal"), { minLength: 1 }),
  topics: patterns,
  filter: maybeFilter,
});
const identity: fc.Arbitrary<Identity> = fc.oneof(
  { weight: 6, arbitrary: fc.array(grant, { maxLength: 3 }).map(toUser) },
  { weight: 1, arbitrary: fc.constantFrom(ROOT, OPEN) },
);

function toUser(grants: readonly Grant[]): Identity {
  return { sub: "ada", kind: "user", grants, profiles: "all" };
}

/** Shows the other lane, and nothing of the data. */
const disguise = ({ type, attributes }: FanfareEvent): EventContent => ({
  type,
  attributes: { ...attributes, lane: attributes["lane"] === "a" ? "b" : "a" },
  data: null,
});

const profiles: fc.Arbitrary<readonly Profile[]> = fc.tuple(
  ...PROFILE_NAMES.map((name) =>
    fc
      .record({ topics: patterns, filter, transform: fc.constant(disguise) }, { requiredKeys: [] })
      .map((rest): Profile => ({ name, ...rest })),
  ),
);

const asked = fc.record({ topics, filter: maybeFilter, profile: fc.constantFrom(undefined, ...PROFILE_NAMES) });

const anything = fc.record({
  profiles,
  privates: fc.constantFrom<readonly string[]>([], ["hidden.>"], ["hidden.one", "b.x.*"]),
  identity,
  asked,
  past: fc.array(fc.tuple(topic, content), { maxLength: 12 }),
  present: fc.array(fc.tuple(topic, content), { maxLength: 8 }),
  signals: fc.array(fc.tuple(topic, content), { maxLength: 4 }),
  tailBytes: fc.constantFrom(1, 1_000_000),
});
/** Half of those who ask are granted what they ask for, or they would mostly be refused. */
const world = fc
  .tuple(anything, fc.boolean(), maybeFilter)
  .map(([given, granted, narrowed]): typeof anything extends fc.Arbitrary<infer Value> ? Value : never => {
    if (!granted || given.identity.kind !== "user") return given;
    const asPatterns = given.asked.topics as readonly string[] as readonly Pattern[];
    const wanted: Grant = { do: ["subscribe"], topics: asPatterns, filter: narrowed };
    return { ...given, identity: toUser([...given.identity.grants, wanted]) };
  });
type World = typeof world extends fc.Arbitrary<infer Value> ? Value : never;

/*
 * A hub, and one who asks.
 */

class Stage {
  readonly #world: World;
  readonly runtime = seededRuntime(1);
  readonly log = memoryLog();
  readonly hub: HubCore;
  readonly asked: Asked;

  private constructor(given: World) {
    this.#world = given;
    const { privates, tailBytes } = given;
    const ports = { log: this.log, state: memoryState(), bus: memoryBus(), runtime: this.runtime };
    this.hub = new HubCore({ ...ports, profiles: given.profiles, privates, tailBytes });
    const profile = given.profiles.find(({ name }) => name === given.asked.profile) ?? { name: "default" };
    this.asked = { ...given.asked, profile };
  }

  static async open(given: World): Promise<Stage> {
    const stage = new Stage(given);
    await stage.hub.ready();
    await stage.publish(given.past);
    return stage;
  }

  get allowed(): boolean {
    const { identity: who, privates } = this.#world;
    return this.asked.topics.every((pattern) => grantsFor(who, "subscribe", pattern, privates).length > 0);
  }

  /** One after the other, each told before the next comes. */
  async publish(events: World["past"]): Promise<void> {
    for (const [name, input] of events) {
      await this.hub.publish(name, input);
      await this.runtime.settle();
    }
  }

  /** A client that asks; `undefined` when it is refused, as it must be then and only then. */
  async join(options: { readonly after: string; readonly policy?: "latest" }): Promise<Joined | undefined> {
    const { profile, topics: wanted, filter: own } = this.#world.asked;
    const client = new Recorder();
    const session = this.hub.connect(client, { identity: this.#world.identity, transport: "websocket", profile });
    const delivery = options.policy === undefined ? undefined : { policy: options.policy, keep: 1 };
    const params = { subscription: "1", topics: wanted, filter: own, after: options.after, delivery };
    const opening = await session.subscribe(params).catch((error: unknown) => {
      if (isFanfareError(error) && error.code === "forbidden") return undefined;
      throw error;
    });
    if ((opening !== undefined) !== this.allowed)
      throw new Error(`subscribe was ${this.allowed ? "refused" : "allowed"} against the oracle`);
    if (opening === undefined) return undefined;
    opening.start();
    await this.runtime.settle();
    return { client, session };
  }

  /** What the one who asks is to get of everything, as it is to look. */
  async expected(after = 0): Promise<readonly FanfareEvent[]> {
    const { identity: who, privates } = this.#world;
    const page = await this.hub.read({ limit: 1_000 }, { as: ROOT });
    return page.entries
      .map(entryEvent)
      .filter((event) => event.position > after && sees(who, this.asked, event, privates))
      .map((event) => look(this.asked.profile, event));
  }
}

type Joined = { readonly client: Recorder; readonly session: Session };

const eventsOf = ({ client }: Joined): readonly FanfareEvent[] =>
  client.deliveries.flatMap(({ entries }) => entries.map(entryEvent));

const outcome = (call: () => unknown): unknown => {
  try {
    call();
    return "done";
  } catch (error) {
    return isFanfareError(error) ? error.code : error;
  }
};

/** Holds the property in many worlds. */
const everywhere = (check: (stage: Stage, given: World) => Promise<void>): Promise<void> =>
  fc.assert(
    fc.asyncProperty(world, async (given) => {
      const stage = await Stage.open(given);
      await check(stage, given);
      await stage.hub.close();
    }),
    { numRuns: 250 },
  );

describe("under random grants, filters, profiles and private topics", { timeout: 60_000 }, () => {
  test("replay and live send what the oracle allows, as the profile shows it, and nothing else", () =>
    everywhere(async (stage, given) => {
      const early = await stage.join({ after: "start" });
      const now = await stage.join({ after: "now" });
      await stage.publish(given.present);
      const late = await stage.join({ after: "start" });
      if (early === undefined || now === undefined || late === undefined) return;
      expect(eventsOf(early)).toEqual(await stage.expected());
      expect(eventsOf(late)).toEqual(await stage.expected());
      expect(eventsOf(now)).toEqual(await stage.expected(given.past.length));
    }));

  test("pages hold what the oracle allows, and nothing else", () =>
    everywhere(async (stage, given) => {
      const { profile, topics: wanted, filter: own } = given.asked;
      const params = { topics: wanted, filter: own, profile, limit: 1_000 };
      const page = await stage.hub.read(params, { as: given.identity }).catch(() => undefined);
      expect(page !== undefined).toBe(stage.allowed);
      if (page === undefined) return;
      expect(page.entries.map(entryEvent)).toEqual(await stage.expected());
    }));

  test("gaps count what the oracle allows, and nothing else", () =>
    everywhere(async (stage, given) => {
      const joined = await stage.join({ after: "now", policy: "latest" });
      if (joined === undefined) return;
      joined.client.takes = false;
      await stage.publish(given.present);
      joined.client.takes = true;
      joined.session.ready();
      await stage.runtime.settle();
      const expected = await stage.expected(given.past.length);
      const [first] = expected;
      const newest = expected.at(-1);
      const kept = first === undefined || first === newest ? expected : [first, newest];
      expect(eventsOf(joined)).toEqual(kept);
      const gaps = joined.client.deliveries.flatMap(({ gap }) => (gap === undefined ? [] : [gap.dropped]));
      expect(gaps).toEqual(expected.length > 2 ? [expected.length - 2] : []);
    }));

  test("signals reach whom the oracle allows, from whom it allows, and nobody else", () =>
    everywhere(async (stage, given) => {
      const { identity: who, privates } = given;
      const joined = await stage.join({ after: "now" });
      const expected: object[] = [];
      for (const [name, { type, attributes }] of given.signals) {
        const signal = {
          topic: name,
          id: "",
          type,
          attributes,
          data: "there",
          position: 0,
          time: "",
        } as unknown as FanfareEvent;
        const sendable = grantsFor(who, "signal", name, privates).some((own) => passes(own.filter, signal));
        const params = { topic: name, type, attributes, data: "there" };
        expect(outcome(() => stage.hub.signal(params, { as: who }))).toBe(sendable ? "done" : "forbidden");
        if (sendable && sees(who, stage.asked, signal, privates)) {
          const { type: shownType, attributes: shown, data } = look(stage.asked.profile, signal);
          expected.push({ topic: name, type: shownType, attributes: shown, data });
        }
      }
      await stage.runtime.settle();
      if (joined === undefined) return;
      const got = joined.client.signals.map(({ topic: name, type, attributes, data }) => ({
        topic: name,
        type,
        attributes,
        data,
      }));
      expect(got).toEqual(expected);
    }));

  test("publishing is taken from whom the oracle allows, and nobody else", () =>
    everywhere(async (stage, given) => {
      const { identity: who, privates } = given;
      for (const [name, input] of given.present) {
        const subject = { ...input, topic: name as FanfareEvent["topic"], id: "" };
        const allowed = grantsFor(who, "publish", name, privates).some((own) => passes(own.filter, subject));
        const published = await stage.hub.publish(name, input, { as: who }).then(
          () => "taken",
          (error: unknown) => (isFanfareError(error) ? error.code : error),
        );
        expect(published).toBe(allowed ? "taken" : "forbidden");
      }
    }));

  test("the list of topics holds what the oracle allows to subscribe to, and nothing else", () =>
    everywhere(async (stage, given) => {
      const { identity: who, privates, past } = given;
      const listed = await stage.hub.topics({}, { as: who });
      const names = [...new Set(past.map(([name]) => name))].toSorted();
      expect(listed.map((stats) => stats.topic)).toEqual(
        names.filter((name) => grantsFor(who, "subscribe", name, privates).length > 0),
      );
    }));

  test("the list of connections is for operators", () =>
    everywhere(async (stage, given) => {
      const listed = outcome(() => stage.hub.connections({ as: given.identity }));
      expect(listed).toBe(given.identity.kind === "user" ? "forbidden" : "done");
    }));
});
