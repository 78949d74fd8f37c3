import { expect, test } from "vitest";
import { rowEvent, type RowDefaults } from "./row-event.ts";

const defaults: RowDefaults = { topic: "orders.eu", type: "message", attributes: {}, run: "/data/orders.ndjson" };

const make = (row: unknown, others: Partial<RowDefaults> = {}, number = 1) =>
  rowEvent(
    { number, text: typeof row === "string" ? row : JSON.stringify(row), offset: 0 },
    { ...defaults, ...others },
  );

const idOf = (...args: Parameters<typeof make>) => make(...args).event.id;

test("a row is a whole event; what it leaves out comes from the command", () => {
  const row = { id: "i", type: "t", time: "2026-01-01T00:00:00Z", attributes: { a: 1 }, data: [1] };
  expect(make(row)).toMatchObject({ topic: "orders.eu", event: row });
  expect(make({}, { type: "tick", attributes: { a: "x", b: "y" } }).event).toMatchObject({
    type: "tick",
    attributes: { a: "x", b: "y" },
  });
  expect(make({ attributes: { a: 1 } }, { attributes: { a: "x", b: "y" } }).event.attributes).toEqual({ a: 1, b: "y" });
});

test("the command's topic wins over the row's, and one of them is needed", () => {
  expect(make({ topic: "a.b" }).topic).toBe("orders.eu");
  expect(make({ topic: "a.b" }, { topic: undefined }).topic).toBe("a.b");
  expect(() => make({}, { topic: undefined }, 7)).toThrow("row 7: names no topic");
  expect(() => make({ topic: "a..b" }, { topic: undefined }, 7)).toThrow(/^row 7: topic: "a\.\.b"/);
});

test("the same row of the same input has the same id", () => {
  expect(idOf({ data: 1 })).toBe(idOf({ data: 1 }));
  expect(idOf({ data: 1 })).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-5/);
});

test("another input, row, topic or content is another event", () => {
  const ids = [
    idOf({ data: 1 }),
    idOf({ data: 2 }),
    idOf({ data: 1 }, {}, 2),
    idOf({ data: 1 }, { run: "again" }),
    idOf({ data: 1 }, { topic: "orders.us" }),
    idOf({ data: 1 }, { type: "other" }),
    idOf({ data: 1 }, { attributes: { a: "b" } }),
  ];
  expect(new Set(ids).size).toBe(ids.length);
});

test.each(["{", "1", "[]", "null", '"x"'])("the row %s is refused by its number", (text) => {
  expect(() => make(text, {}, 12)).toThrow(/^row 12: is not (valid JSON|an object)/);
});
