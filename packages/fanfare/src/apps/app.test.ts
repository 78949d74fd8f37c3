import type { FanfareError, ProblemCode } from "@fanfare/protocol";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { notesSpec, type NotesSpec } from "../../testing/notes-app.ts";
import { openNotes } from "../../testing/opened-notes.ts";
import { scratchFolder } from "../../testing/scratch-folder.ts";
import { OPEN, type Identity } from "../core/identity.ts";
import { actorOf, readActor, writeActor } from "./actor.ts";
import { defineApp, isApp } from "./app.ts";
import { defineRoute, type RouteSpec } from "./route.ts";
import { fieldKind, readText } from "./text-values.ts";

const path = scratchFolder();

const refusal = (parts: Partial<NotesSpec> | object): string => {
  try {
    defineApp({ ...notesSpec, ...parts });
  } catch (error) {
    return (error as Error).message;
  }
  return "nothing was refused";
};

describe("a definition", () => {
  test("is known as an app, also by another copy of the package", () => {
    const app = defineApp(notesSpec);
    expect([app, { ...app }, { name: "notes" }, null, "notes"].map(isApp)).toEqual([true, true, false, false, false]);
  });

  test.each([
    [{ name: "Notes" }, /^app "Notes": name: must be 1 to 32 lower-case letters/],
    [{ name: "topics" }, /^app "topics": name: has a meaning of Fanfare's own$/],
    [{ name: "serve" }, /has a meaning of Fanfare's own$/],
    [{ privateTopics: ["a..b"] }, /^app "notes": .*"a\.\.b"/],
    [{ profiles: [{ name: "x", topics: [">.a"] }] }, /^app "notes": .*">\.a"/],
    [{ profiles: [{ name: "x", filter: { exakt: {} } }] }, /^app "notes": filter/],
  ])("%j is refused, naming the key", (parts, message) => {
    expect(refusal(parts)).toMatch(message);
  });

  const input = z.object({ id: z.string(), deep: z.object({}).optional(), many: z.array(z.string()).default([]) });
  const route = (parts: Partial<RouteSpec>, name = "show") => ({
    routes: { [name]: { method: "POST", path: "/things/{id}", summary: "x", input, ...parts } },
  });
  test.each([
    [route({}), /^nothing was refused$/],
    [route({}, "show-it"), /routes\.show-it\.name: must be a method's name/],
    [route({ method: "HEAD" as never }), /routes\.show\.method: must be one of GET, POST/],
    [route({ path: "/things/:id" }), /routes\.show\.path: must be parts as/],
    [route({ path: "/things/{thing}" }), /routes\.show\.input: has no thing, which stands in the path/],
    [route({ method: "GET" }), /routes\.show\.input\.deep: stands in an address, which has no place for objects/],
    [route({ path: "/things/{many}" }), /routes\.show\.input\.many: stands in the path, once/],
    [
      { routes: { ...route({}).routes, ...route({ path: "/things/{id}" }, "other").routes } },
      /routes\.other\.path: is the one of show/,
    ],
  ])("of routes is checked: %#", (parts, message) => {
    expect(refusal(parts)).toMatch(message);
  });

  test("whose service lacks a method does not open", async () => {
    const routes = {
      ...notesSpec.routes,
      more: defineRoute({ method: "GET", path: "/more", summary: "x", input: z.object({}) }),
    };
    await expect(openNotes(path("notes.db"), { spec: { routes } })).rejects.toThrow("has no method more");
  });
});

describe("values of an address", () => {
  test.each([
    [z.string().min(1).optional(), "7", "7"],
    [z.int().min(1).default(3), "7", 7],
    [z.number().nullable().optional(), "7", undefined],
    [z.number(), "-0.5", -0.5],
    [z.number(), "1e3", "1e3"],
    [z.number(), "", ""],
    [z.int(), "007", "007"],
    [z.boolean(), "true", true],
    [z.boolean(), "1", "1"],
    [z.enum(["a", "b"]), "a", "a"],
    [z.literal("a"), "a", "a"],
    [z.union([z.literal("a"), z.string()]), "a", "a"],
    [z.array(z.int()).optional(), "7", 7],
    [z.iso.datetime(), "2026-01-01T00:00:00Z", "2026-01-01T00:00:00Z"],
    [z.object({}), "a", undefined],
    [z.array(z.object({})), "a", undefined],
    [z.literal(7), "7", undefined],
  ])("%# are what their schema says", (schema, text, value) => {
    const kind = fieldKind(schema);
    expect(kind === undefined ? undefined : readText(text, kind)).toBe(value);
  });
});

describe("an actor", () => {
  const user = (actor?: Identity["actor"]): Identity => ({ sub: "s", kind: "user", grants: [], profiles: [], actor });
  const code = (work: () => unknown): ProblemCode | undefined => {
    try {
      work();
      return undefined;
    } catch (error) {
      return (error as FanfareError).code;
    }
  };

  test.each([
    { type: "agent", name: "ada" },
    { type: "a:b", name: "Zoë / 50 % \u{1F600}" },
  ])("survives its way through a header: %j", (actor) => {
    expect(writeActor(actor)).toMatch(/^[\x21-\x7e]+$/);
    expect(readActor(writeActor(actor), "x")).toEqual(actor);
  });

  test.each(["", "agent", ":ada", "agent:", "agent:%", "agent:%00", `agent:${"a".repeat(257)}`])(
    "is not %j",
    (text) => {
      expect(code(() => readActor(text, "Fanfare-Actor"))).toBe("invalid_request");
    },
  );

  test("is what the credential says, and only without one what the caller says", () => {
    const [ada, eve] = [
      { type: "human", name: "ada" },
      { type: "human", name: "eve" },
    ];
    expect(actorOf(user(ada), undefined)).toEqual(ada);
    expect(actorOf(user(ada), { ...ada })).toEqual(ada);
    expect(actorOf(OPEN, eve)).toEqual(eve);
    expect(actorOf(OPEN, undefined)).toBeUndefined();
    expect(code(() => actorOf(user(ada), eve))).toBe("forbidden");
    expect(code(() => actorOf(user(), eve))).toBe("forbidden");
  });
});

test("a grant with a filter opens no method that asks for a topic, as nobody could hold rows against it", async () => {
  const { service } = await openNotes(path("notes.db"));
  const grant = { do: ["publish" as const], topics: ["notes.>" as never] };
  const identity: Identity = {
    sub: "s",
    kind: "user",
    grants: [grant],
    profiles: [],
    actor: { type: "human", name: "ada" },
  };
  await expect(service.addNote({ text: "milk" }, { identity })).resolves.toMatchObject({ author: "ada" });
  const narrowed = { ...identity, grants: [{ ...grant, filter: { exact: { author: "ada" } } }] };
  await expect(service.addNote({ text: "milk" }, { identity: narrowed })).rejects.toMatchObject({ code: "forbidden" });
});
