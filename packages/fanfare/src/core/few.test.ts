import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Few } from "./few.ts";

describe("a few", () => {
  it("is a set", () => {
    const items = [{ n: 0 }, { n: 1 }, { n: 2 }];
    const step = fc.record({ add: fc.boolean(), of: fc.nat(2) });
    fc.assert(
      fc.property(fc.array(step), (steps) => {
        const few = new Few<{ readonly n: number }>();
        const model = new Set<{ readonly n: number }>();
        for (const { add, of } of steps) {
          const item = items[of]!;
          if (add) few.add(item);
          else few.delete(item);
          if (add) model.add(item);
          else model.delete(item);
          const visited: { readonly n: number }[] = [];
          few.visit((one) => visited.push(one));
          expect(few.size).toBe(model.size);
          expect(new Set(few)).toEqual(model);
          expect(new Set(visited)).toEqual(model);
          expect(items.map((one) => few.has(one))).toEqual(items.map((one) => model.has(one)));
        }
      }),
    );
  });

  it("lets a visitor delete what it is given", () => {
    const few = new Few<{ readonly n: number }>();
    for (const n of [0, 1, 2]) few.add({ n });
    few.visit((item) => few.delete(item));
    expect(few.size).toBe(0);
  });
});
