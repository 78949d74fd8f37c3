import { expect, test } from "vitest";
import { filterOf } from "./filter-options.ts";

test("nothing asked for is no filter", () => {
  expect(filterOf({})).toBeUndefined();
});

test("values of one name are alternatives, different names all apply", () => {
  expect(filterOf({ type: ["a"] })).toEqual({ exact: { type: "a" } });
  expect(
    filterOf({
      type: ["a", "b"],
      attr: [
        ["region", "eu"],
        ["n", "1"],
        ["region", "uk"],
      ],
      filter: { not: { prefix: { id: "x" } } },
    }),
  ).toEqual({
    all: [
      { not: { prefix: { id: "x" } } },
      { in: { type: ["a", "b"] } },
      { in: { region: ["eu", "uk"] } },
      { exact: { n: "1" } },
    ],
  });
});

test("a name that no attribute can have is refused", () => {
  expect(() => filterOf({ attr: [["a b", "1"]] })).toThrow(/"a b"/);
});
