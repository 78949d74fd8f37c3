import { InvalidArgumentError } from "commander";
import { expect, test } from "vitest";
import { toGrant } from "./grants.ts";

test("a grant has actions, patterns and perhaps a filter", () => {
  expect(toGrant("subscribe:orders.>")).toEqual({ do: ["subscribe"], topics: ["orders.>"] });
  expect(toGrant("publish,signal:a,b.*")).toEqual({ do: ["publish", "signal"], topics: ["a", "b.*"] });
  expect(toGrant('subscribe:a:{"exact":{"region":"eu"}}')).toEqual({
    do: ["subscribe"],
    topics: ["a"],
    filter: { exact: { region: "eu" } },
  });
});

test.each(["", "subscribe", "subscribe:", "read:a", "subscribe:a..b", "subscribe:a:{", 'subscribe:a:{"x":1}'])(
  "%j is no grant",
  (text) => {
    expect(() => toGrant(text)).toThrow(InvalidArgumentError);
  },
);
