import { join } from "node:path";
import { expect, test } from "vitest";
import { command, folder, Running } from "../cli/processes.ts";

test("a process that closes its app ends when that is done, not before", async () => {
  const [node = "", condition = ""] = command;
  const script = join(import.meta.dirname, "closing-process.ts");
  const running = new Running([node, condition, script, join(await folder(), "counters.db")]);
  expect(await running.exit).toMatchObject({ code: 0, stdout: "closed\n", stderr: "" });
});
