import { readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, test } from "vitest";
import { RESERVED_NAMES } from "./attributes.ts";
import { CLOUD_EVENT_NAMESPACE } from "./cloudevents.ts";
import { fromCloudEvent } from "./cloudevents-read.ts";
import { RESERVED_TYPES, type FanfareEvent } from "./event.ts";
import { parseFilter } from "./filter-parse.ts";
import { RPC_ERRORS } from "./frames.ts";
import { DEFAULT_LIMITS } from "./limits.ts";
import { CLOSE_CODES, PROBLEMS } from "./problem.ts";
import type { Heartbeat } from "./stream.ts";
import { PROTOCOL_SCHEMA, PROTOCOL_SCHEMA_ID } from "./schema.ts";

const text = readFileSync(new URL("../../../docs/protocol.md", import.meta.url), "utf8");
const ajv = new Ajv2020({ schemas: [PROTOCOL_SCHEMA], allowUnionTypes: true });

interface Block {
  readonly language: string;
  readonly kind: string;
  readonly body: string;
}

const blocks: Block[] = [...text.matchAll(/^```(\w+) ?(\w*)\n(.*?)^```$/gms)].map(
  ([, language = "", kind = "", body = ""]) => ({ language, kind, body }),
);
const ofLanguage = (language: string): [kind: string, body: string][] =>
  blocks.filter((block) => block.language === language).map(({ kind, body }) => [kind, body]);

const faults = (kind: string, value: unknown): string => {
  const validate = ajv.getSchema(`${PROTOCOL_SCHEMA_ID}#/$defs/${kind}`);
  if (validate === undefined) return `there is no schema of "${kind}"`;
  return validate(value) === true ? "" : ajv.errorsText(validate.errors);
};

const section = (number: number): string => text.split(/^## /m).find((part) => part.startsWith(`${number}. `)) ?? "";

/** The standard's way to read a stream, as far as the examples use it: fields, and an empty line that dispatches. */
const streamEvents = (stream: string): Record<string, string>[] =>
  stream
    .split("\n\n")
    .map((part) =>
      Object.fromEntries(
        part
          .split("\n")
          .filter(Boolean)
          .map((line) => line.split(/: (.*)/s).slice(0, 2) as [string, string]),
      ),
    )
    .filter((fields) => "data" in fields);

/** SSE events that are the stream's own, with the schema of their data. */
const STREAM: Record<string, string> = {
  heartbeat: "heartbeat",
  gap: "gap",
  signal: "signal",
  bye: "bye",
  ended: "ended",
  deliver: "delivery",
  hello: "hello",
  subscribed: "subscribeResult",
};

describe("the protocol's document", () => {
  test("says of every JSON, HTTP and stream example what it is an example of", () => {
    expect(blocks.filter(({ language, kind }) => language !== "abnf" && kind === "")).toEqual([]);
    expect(new Set(blocks.map(({ language }) => language))).toEqual(new Set(["abnf", "json", "http", "sse"]));
  });

  test.each(ofLanguage("json"))("gives an example of %s that fits its schema", (kind, body) => {
    expect(faults(kind, JSON.parse(body))).toBe("");
  });

  test.each(ofLanguage("http"))("gives an HTTP example with a body of %s that fits its schema", (kind, message) => {
    const [head = "", body = ""] = message.split("\n\n");
    expect(head).toMatch(/^(?:(?:GET|POST) \/api\/v1\/\S+ HTTP\/1\.1|HTTP\/1\.1 \d{3} [A-Z][A-Za-z ]+)\n/);
    const value = JSON.parse(body) as { readonly status?: unknown };
    expect(faults(kind, value)).toBe("");
    expect(head).toContain(kind === "problem" ? `HTTP/1.1 ${String(value.status)}` : "Content-Type: application/json");
  });

  test.each(ofLanguage("sse"))("gives a stream of %s in which all data fits its schema", (form, stream) => {
    const events = streamEvents(stream);
    expect(events.length).toBeGreaterThan(4);
    expect(events.map(({ event = "", data = "" }) => faults(STREAM[event] ?? "event", JSON.parse(data)))).toEqual(
      events.map(() => ""),
    );
    // Without a name of the stream's own it is an event of the log, which only the plain form has.
    const own = events.filter(({ event = "" }) => !(event in STREAM));
    expect(own.length > 0).toBe(form === "events");
    expect(own.map(({ id, event }) => [id, event])).toEqual(
      own
        .map(({ data = "" }) => JSON.parse(data) as FanfareEvent)
        .map(({ position, type }) => [`k3x:${position}`, type]),
    );
    const beats = events.filter(({ event }) => event === "heartbeat");
    expect(beats.map(({ id }) => id)).toEqual(beats.map(({ data = "" }) => (JSON.parse(data) as Heartbeat).cursor));
  });

  test("has an example of every frame, and of the bodies and answers that clients need", () => {
    const shown = new Set(blocks.map(({ kind }) => kind));
    const frames = Object.keys(PROTOCOL_SCHEMA.$defs).filter((kind) =>
      /.(?:Request|Answer|Notification|Body|Result)$/.test(kind),
    );
    const elsewhere = new Set(["subscribeResult"]);
    expect(frames.filter((kind) => !shown.has(kind) && !elsewhere.has(kind))).toEqual([]);
    for (const reason of ["slow", "superseded", "trimmed", "scope", "reset"])
      expect(
        ofLanguage("json").some(([kind, body]) => kind === "delivery" && body.includes(`"reason":"${reason}"`)),
      ).toBe(true);
  });

  test("gives examples of filters and CloudEvents that the parsers take", () => {
    const of = (kind: string): unknown[] =>
      ofLanguage("json")
        .filter(([one]) => one === kind)
        .map(([, body]) => JSON.parse(body));
    expect(of("filter").map((filter) => parseFilter(filter))).toEqual(of("filter"));
    expect(of("cloudEvent").map((cloudEvent) => fromCloudEvent(cloudEvent, () => "id").type)).toEqual(["order.paid"]);
  });

  test("lists every limit with its default and the code of what is beyond it", () => {
    const listed = [...section(18).matchAll(/^\| `(\w+)` \| (\d+) \| .+ \| (.*)\|$/gm)].map(([, ...cells]) => cells);
    expect(Object.fromEntries(listed.map(([name, value]) => [name, Number(value)]))).toEqual(DEFAULT_LIMITS);
    for (const [, , beyond = ""] of listed) {
      for (const [, status, code = ""] of beyond.matchAll(/(\d{3}) `?(\w+)/g))
        expect([code, PROBLEMS[code as keyof typeof PROBLEMS]?.status]).toEqual([code, Number(status)]);
    }
  });

  test("lists every error code with its status and title", () => {
    const listed = [...section(19).matchAll(/^\| `(\w+)` \| (\d{3}) \| (.+) \|$/gm)].map(([, code, status, title]) => [
      code,
      { status: Number(status), title },
    ]);
    expect(Object.fromEntries(listed)).toEqual(PROBLEMS);
  });

  test("lists every close code by its name", () => {
    const listed = [...section(13).matchAll(/^\| (\d{4}) \| `(\w+)` \|/gm)].map(([, code, name]) => [
      name,
      Number(code),
    ]);
    expect(Object.fromEntries(listed)).toEqual(CLOSE_CODES);
  });

  test("lists every number of a JSON-RPC error", () => {
    const listed = [...section(13).matchAll(/^\| −(\d{5}) \|/gm)].map(([, number]) => -Number(number));
    expect(listed).toEqual(Object.values(RPC_ERRORS));
  });

  test("lists what is reserved, and the namespace of CloudEvents' ids", () => {
    for (const type of RESERVED_TYPES) expect(section(2)).toContain(`\`${type}\``);
    for (const name of RESERVED_NAMES) expect(section(2)).toContain(`\`${name}\``);
    expect(section(17)).toContain(CLOUD_EVENT_NAMESPACE);
  });

  test("has sections with ascending numbers, all of them in the list at the top", () => {
    const headings = [...text.matchAll(/^## (\d+)\. (.+)$/gm)].map(
      ([, number, title = ""]) => [Number(number), title] as const,
    );
    expect(headings.map(([number]) => number)).toEqual(headings.map((_, index) => index + 1));
    for (const [number, title] of headings) {
      const anchor = `${number}. ${title}`
        .toLowerCase()
        .replaceAll(/[^\w\- ]/g, "")
        .replaceAll(" ", "-");
      expect(text).toContain(`[${title}](#${anchor})`);
    }
  });

  test("refers only to sections that it has", () => {
    const numbers = new Set([...text.matchAll(/^#{2,3} (\d+(?:\.\d+)?)/gm)].map(([, number]) => number));
    const referred = [...text.matchAll(/(?<!RFC \d+, )[Ss]ection (\d+(?:\.\d+)?)/g)].map(([, number]) => number);
    expect(referred.length).toBeGreaterThan(20);
    expect(referred.filter((number) => !numbers.has(number))).toEqual([]);
  });
});
