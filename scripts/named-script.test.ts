import { expect, test } from "vitest";
import { runScript } from "./named-script.ts";

test("a script that package.json does not have is a failure, not a suite less", async () => {
  expect(await runScript("test:no-such-suite")).toEqual({ passed: 0, failed: 1 });
});
