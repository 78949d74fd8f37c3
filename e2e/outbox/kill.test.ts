import type { FanfareEvent } from "fanfare";
import { expect, test } from "vitest";
import { killRounds } from "./rounds.ts";
import { compare } from "./shop-ledger.ts";

test("every order that was committed before a kill -9 is in the log once, in the order of its key, and no other", async () => {
  const { kills, orders, broken } = await killRounds({ kills: 8, seed: 20_261_121 });
  expect(broken).toEqual([]);
  expect(kills).toBeGreaterThanOrEqual(8);
  expect(orders).toBeGreaterThan(100);
});

test("what is lost, doubled, foreign or out of order is noticed", () => {
  const orders = ["1", "2", "3"].map((id, index) => ({ number: index + 1, id, key: "ada" }));
  const event = (id: string): FanfareEvent => ({ id, attributes: { key: "ada" } }) as unknown as FanfareEvent;
  expect(compare(orders, ["1", "2", "3"].map(event))).toEqual([]);
  expect(compare(orders, ["1", "2"].map(event))).toContain("3 was committed and is in the log 0 times");
  expect(compare(orders, ["1", "2", "2", "3"].map(event))).toContain("2 was committed and is in the log 2 times");
  expect(compare(orders, ["1", "2", "3", "4"].map(event))).toContain("4 is in the log without its order");
  expect(compare(orders, ["1", "3", "2"].map(event))).toEqual(["of ada, 3 came where 2 belongs"]);
});
