import { existsSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { defineTopic, FanfareError, type Pattern } from "@fanfare/protocol";
import { describe, expect, onTestFinished, test } from "vitest";
import { z } from "zod";
import { notes, notesRoutes, notesSpec, type NotesSpec } from "../../testing/notes-app.ts";
import { notesContract } from "../../testing/notes-contract.ts";
import { scratchFolder } from "../../testing/scratch-folder.ts";
import { createToken } from "../access/token.ts";
import { defineApp } from "../apps/app.ts";
import { remoteService, UnreachedError } from "../apps/remote-service.ts";
import type { Health } from "../contract/health.ts";
import type { Config } from "./config.ts";
import { startDaemon, type Daemon } from "./daemon.ts";

const path = scratchFolder();
const SECRET = "0123456789abcdef0123456789abcdef";
const ADA = { actor: { type: "human", name: "ada" } } as const;

async function start(config: Config = {}): Promise<Daemon> {
  const logging = { level: "silent" } as const;
  const shutdown = { spreadMs: 0 };
  const daemon = await startDaemon({
    addr: "127.0.0.1:0",
    log: "memory:",
    apps: [notes],
    logging,
    shutdown,
    ...config,
  });
  onTestFinished(() => daemon.stop());
  return daemon;
}

const withParts = (parts: Partial<NotesSpec>) => defineApp({ ...notesSpec, ...parts });

async function healthOf(daemon: Daemon): Promise<{ readonly status: number; readonly health: Health }> {
  const response = await fetch(`${daemon.url}/api/v1/health`);
  return { status: response.status, health: (await response.json()) as Health };
}

describe.each(["local", "remote"] as const)("the %s service", (kind) => {
  test.each(notesContract.map((one) => [one.name, one] as const))("%s", async (_name, one) => {
    const daemon = await start();
    await one.run(kind === "local" ? daemon.service(notes) : remoteService(notes, { url: `${daemon.url}/` }));
  });
});

test("a remote service that nobody answers says so", async () => {
  const service = remoteService(notes, { url: "http://127.0.0.1:1", timeoutMs: 5_000 });
  await expect(service.listNotes({})).rejects.toThrow(UnreachedError);
});

test("what a reaction does shows to those who read, and what is published to those who follow", async () => {
  const daemon = await start();
  const service = remoteService(notes, { url: daemon.url, actor: ADA.actor });
  await service.addNote({ text: "milk" });
  await expect.poll(() => service.tally({ author: "ada" })).toEqual({ notes: 1 });
  const events = await (await fetch(`${daemon.url}/api/v1/events?topic=notes.*`)).json();
  expect(events).toMatchObject({ events: [{ type: "note.added", data: { text: "milk" } }] });
});

test("an app's database lies beside the log's, and with a log in memory it is gone after the stop", async () => {
  const db = path("fanfare.db");
  const daemon = await start({ log: undefined, db });
  await daemon.service(notes).addNote({ text: "milk" }, ADA);
  await daemon.stop();
  const file = join(dirname(db), "1-fanfare-notes.db");
  expect(existsSync(file)).toBe(true);
  const again = await start({ log: undefined, db });
  expect((await again.service(notes).listNotes({})).notes).toHaveLength(1);
});

test("the token says who acts and what may be done; a header says so in open mode alone", async () => {
  const daemon = await start({ auth: { secret: SECRET } });
  const tokenOf = (more: object, topics = ["notes.>" as Pattern]) =>
    createToken({
      secret: SECRET,
      sub: "s",
      grants: [{ do: ["publish", "subscribe"], topics }],
      expiresIn: 60,
      ...more,
    });
  const add = (token: string, caller = {}) =>
    remoteService(notes, { url: daemon.url, token }).addNote({ text: "milk" }, caller);

  await expect(add(await tokenOf(ADA))).resolves.toMatchObject({ author: "ada" });
  await expect(add(await tokenOf(ADA), ADA)).resolves.toMatchObject({ author: "ada" });
  await expect(add(await tokenOf({}))).rejects.toMatchObject({
    code: "forbidden",
    message: expect.stringMatching(/names none/),
  });
  await expect(add(await tokenOf(ADA), { actor: { type: "human", name: "eve" } })).rejects.toMatchObject({
    code: "forbidden",
    message: "actor: the credential says who acts, and it is another one",
  });
  await expect(add(await tokenOf(ADA, ["other.>" as Pattern]))).rejects.toMatchObject({
    code: "forbidden",
    message: expect.stringMatching(/publish/),
  });
  await expect(add("nonsense")).rejects.toMatchObject({ code: "unauthenticated" });
});

test("private topics of an app need a grant that names them, at its own door and at the generic ones", async () => {
  const daemon = await start({ apps: [withParts({ privateTopics: ["notes.secret"] })] });
  const service = remoteService(notes, { url: daemon.url, actor: ADA.actor });
  await expect(service.addNote({ text: "milk", list: "secret" })).rejects.toMatchObject({ code: "forbidden" });
  await service.addNote({ text: "milk", list: "home" });
  expect((await fetch(`${daemon.url}/api/v1/events?topic=notes.secret`)).status).toBe(403);
});

test("contracts and profiles of an app hold for everybody", async () => {
  const daemon = await start({
    apps: [
      withParts({
        profiles: [{ name: "brief", topics: ["notes.>"], delivery: { policy: "latest", keep: 1 } }],
        topics: [defineTopic("notes.*", { "note.added": z.object({ note: z.string(), text: z.string() }) })],
      }),
    ],
  });
  await expect(daemon.hub.publish("notes.home", { type: "note.added", data: {} })).rejects.toMatchObject({
    code: "schema_mismatch",
  });
  expect((await fetch(`${daemon.url}/api/v1/events?profile=brief`)).status).toBe(200);
});

interface Described {
  readonly paths: Readonly<
    Record<
      string,
      Readonly<
        Record<
          string,
          {
            readonly parameters?: readonly { readonly name: string; readonly in: string }[];
            readonly responses: object;
          }
        >
      >
    >
  >;
  readonly components: { readonly schemas: object };
}

test("an app's routes are described with the hub's own", async () => {
  const daemon = await start();
  const document = (await (await fetch(`${daemon.url}/openapi.json`)).json()) as Described;
  expect(document.paths["/api/v1/notes/notes/{note}/finish"]?.["post"]).toMatchObject({
    operationId: "notes_finishNote",
    requestBody: { content: { "application/json": { schema: { properties: { version: { type: "integer" } } } } } },
    responses: { 200: {}, 404: {}, 409: {} },
  });
  const list = document.paths["/api/v1/notes/notes"]?.["get"];
  expect(list?.parameters?.map(({ name, in: place }) => `${place} ${name}`)).toEqual([
    "query author",
    "query done",
    "query limit",
    "header Fanfare-Actor",
  ]);
  expect(document.paths["/api/v1/notes/notes/{note}"]?.["delete"]?.responses).toHaveProperty("204");
  expect(document.components.schemas).toHaveProperty("Note");
});

test("the generic refusals hold at an app's routes", async () => {
  const daemon = await start();
  const at = async (way: string, init: RequestInit = {}) => {
    const response = await fetch(`${daemon.url}/api/v1/notes${way}`, init);
    return `${response.status} ${((await response.json()) as { code: string }).code}`;
  };
  expect(await at("/nothing")).toBe("404 not_found");
  expect(await at("/notes", { method: "PUT" })).toBe("405 method_not_allowed");
  expect(await at("/notes?limt=3")).toBe("400 invalid_request");
  expect(await at("/notes?limit=3&limit=4")).toBe("400 invalid_request");
  expect(await at("/notes", { method: "POST", body: "[]", headers: { "content-type": "application/json" } })).toBe(
    "400 invalid_request",
  );
  expect(await at("/notes", { method: "POST", body: "x" })).toBe("415 unsupported_media_type");
  expect(await at("/notes", { headers: { "fanfare-actor": "nobody" } })).toBe("400 invalid_request");
});

test("pages of an app are served below its name, and its addresses by their index", async () => {
  const folder = dirname(path("pages"));
  await mkdir(join(folder, "site/assets"), { recursive: true });
  await writeFile(join(folder, "site/index.html"), "<!doctype html><title>Notes</title>");
  await writeFile(join(folder, "site/assets/main.js"), "export {};");
  const daemon = await start({ apps: [withParts({ pages: join(folder, "site") })] });
  const at = async (way: string) => {
    const response = await fetch(daemon.url + way);
    return {
      status: response.status,
      type: response.headers.get("content-type"),
      text: await response.text(),
      response,
    };
  };
  expect((await at("/notes")).response.url).toBe(`${daemon.url}/notes/`);
  const page = await at("/notes/lists/home?open=1");
  expect(page).toMatchObject({ status: 200, text: expect.stringContaining("<title>Notes</title>") });
  expect(page.response.headers.get("content-security-policy")).toMatch(/^default-src 'none'; script-src 'self'/);
  expect((await at("/notes/assets/main.js")).type).toMatch(/javascript/);
  expect((await at("/notes/assets/other.js")).status).toBe(404);
});

describe("health", () => {
  test("holds the figures of outbox and reactions, and is ok while nothing is wrong", async () => {
    const daemon = await start();
    await daemon.service(notes).addNote({ text: "milk" }, ADA);
    await expect
      .poll(async () => (await healthOf(daemon)).health.parts["notes"])
      .toMatchObject({
        outbox: { pending: 0, leased: 0, failed: 0, dead: 0, consecutiveErrors: 0, totals: { sent: 1 } },
        reactions: { tally: { handled: 1, lag: 0, dead: 0, attempts: 0 } },
      });
    expect(await healthOf(daemon)).toMatchObject({ status: 200, health: { state: "ok", troubles: [] } });
  });

  test("is degraded, with 200, where only something is left to a person", async () => {
    const handle = () => Promise.reject(new Error("no"));
    const app = withParts({ reactions: { tally: { topics: ["notes.*"], retry: { attempts: 1 }, handle } } });
    const daemon = await start({ apps: [app] });
    await daemon.service(app).addNote({ text: "milk" }, ADA);
    await expect
      .poll(() => healthOf(daemon))
      .toMatchObject({
        status: 200,
        health: {
          state: "degraded",
          troubles: [{ part: "notes", state: "degraded", reason: "1 events could not be handled" }],
        },
      });
  });

  test("is what the app says of itself, and of its background work", async () => {
    const daemon = await start({
      apps: [
        withParts({ health: async () => ({ state: "failing", reason: "no paper", figures: { sheets: 0 } }) }),
        defineApp({
          name: "worker",
          routes: {},
          service: () => ({}),
          start: () => Promise.reject(new FanfareError("internal", "broken")),
        }),
      ],
    });
    const { status, health } = await healthOf(daemon);
    expect(status).toBe(503);
    expect(health.parts["notes"]).toMatchObject({ sheets: 0 });
    expect(health.troubles).toEqual([
      { part: "notes", state: "failing", reason: "no paper" },
      { part: "worker", state: "degraded", reason: "its background work has failed" },
    ]);
  });

  test("shows in the metrics", async () => {
    const daemon = await start();
    await daemon.service(notes).addNote({ text: "milk" }, ADA);
    await expect
      .poll(async () => (await fetch(`${daemon.url}/metrics`)).text())
      .toMatch(
        /fanfare_outbox_rows\{app="notes",state="sent"\} 1\n[^]*reaction_handled\{app="notes",reaction="tally"\} 1\n/,
      );
  });
});

test("background work begins with the daemon and is told to end with it", async () => {
  const told: string[] = [];
  const daemon = await start({
    apps: [
      withParts({
        start: async ({ service, signal }) => {
          told.push(`${(await service.listNotes({})).notes.length} notes`);
          await new Promise((resolve) => signal.addEventListener("abort", resolve));
          told.push("ended");
        },
      }),
    ],
  });
  await expect.poll(() => told).toEqual(["0 notes"]);
  await daemon.stop();
  expect(told).toEqual(["0 notes", "ended"]);
});

test("what was written before a stop is in the log after it: the relay ends before the log", async () => {
  const db = path("fanfare.db");
  const daemon = await start({ log: undefined, db, relay: { pollMs: 60_000 } });
  const service = daemon.service(notes);
  await Promise.all(Array.from({ length: 50 }, (_, index) => service.addNote({ text: `${index}` }, ADA)));
  await daemon.stop();
  const plain = await start({ log: undefined, db, apps: [] });
  expect((await plain.hub.read({ limit: 1_000 })).entries).toHaveLength(50);
});

test("an app that cannot be opened stops the start, and one that is not listed is not served", async () => {
  const broken = defineApp({
    ...notesSpec,
    name: "broken",
    migrations: { "1": { up: () => Promise.reject(new Error("no such column")) } },
    routes: notesRoutes,
  });
  await expect(start({ apps: [notes, broken] })).rejects.toThrow("migration 1: no such column");
  const daemon = await start();
  expect(() => daemon.service(broken)).toThrow("apps: broken is not run here");
});
