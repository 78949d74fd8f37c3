import { describe, expect, test } from "vitest";
import { readAttributes, readTerms } from "./pairs.ts";
import { readSelection, type SelectionText } from "./selection.ts";

const typed = (text: Partial<SelectionText>): SelectionText => ({
  topics: ">",
  type: "",
  attributes: "",
  filter: "",
  from: "now",
  ...text,
});

describe("attributes as they are typed", () => {
  test("of an event are numbers and booleans where they look like them, and texts in quotes", () => {
    expect(readAttributes('region=eu, total=12.5, paid=true, code="12", note="a, \\"b\\"", zip=007, off=-3')).toEqual({
      region: "eu",
      total: 12.5,
      paid: true,
      code: "12",
      note: 'a, "b"',
      zip: "007",
      off: -3,
    });
  });

  test("of a filter are texts, as filters compare them", () => {
    expect(readTerms("total=12, paid=true, empty=,last=x,")).toEqual({
      total: "12",
      paid: "true",
      empty: "",
      last: "x",
    });
  });

  test("may be absent", () => {
    expect(readAttributes("  ")).toEqual({});
  });

  test.each(["region", "=eu", "a=1, b", "a b=1", 'a="x'])("%j is refused with an example", (text) => {
    expect(() => readAttributes(text)).toThrow(/^attributes: .*write for example region=eu/);
  });
});

describe("a selection as it is typed", () => {
  test("is everything from now on when nothing is typed", () => {
    expect(readSelection(typed({ topics: "" }))).toEqual({ topics: [">"], filter: undefined, from: "now" });
  });

  test("takes several patterns, joined by spaces or commas", () => {
    expect(readSelection(typed({ topics: " orders.>, forum.*  chat", from: "start" }))).toEqual({
      topics: ["orders.>", "forum.*", "chat"],
      filter: undefined,
      from: "start",
    });
  });

  test("puts type, attributes and JSON together; one alone stays as it is", () => {
    expect(readSelection(typed({ type: "order.paid" })).filter).toEqual({ exact: { type: "order.paid" } });
    expect(readSelection(typed({ type: "order.*" })).filter).toEqual({ prefix: { type: "order." } });
    const filter = '{"not": {"exact": {"region": "us"}}}';
    expect(readSelection(typed({ type: "a", attributes: "n=1", filter })).filter).toEqual({
      all: [{ exact: { type: "a" } }, { exact: { n: "1" } }, { not: { exact: { region: "us" } } }],
    });
  });

  test("names the field that it cannot make sense of", () => {
    expect(() => readSelection(typed({ filter: "{" }))).toThrow(/^filter: is not JSON: /);
    expect(() => readSelection(typed({ type: "*" }))).toThrow(/^type: /);
  });
});
