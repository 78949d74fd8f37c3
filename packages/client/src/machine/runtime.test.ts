import { once } from "node:events";
import { expect, test } from "vitest";
import { machineRuntime } from "./runtime.ts";

test("a moment that has passed already is due at once, and nobody is warned of it", async () => {
  const warned = once(process, "warning").then(([warning]) => String(warning));
  const due = new Promise<string>((resolve) => void machineRuntime.later(-7, () => setImmediate(resolve, "due")));
  expect(await Promise.race([warned, due])).toBe("due");
});
