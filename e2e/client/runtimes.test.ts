import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { folder, Running } from "../cli/processes.ts";
import { HubProcess } from "./hub-process.ts";
import { expectSoon, numbers } from "./listener.ts";

/** `npm run test:bun` names one. */
const bun = process.env["FANFARE_BUN"];

const runtimes = [
  { name: "Node", program: process.execPath },
  ...(bun === undefined ? [] : [{ name: "Bun", program: bun }]),
];

const application = join(import.meta.dirname, "follower-process.ts");

const read = ({ stdout }: Running): readonly number[] => stdout.split("\n").slice(0, -1).map(Number);

describe.each(runtimes)("an application of $name", ({ program }) => {
  test.each(["websocket", "sse"])(
    "loses nothing when the daemon is killed, nor when it is itself: %s",
    async (transport) => {
      await using hub = await HubProcess.create({ sync: "full" });
      const args = [program, application, hub.url, transport, join(await folder(), "place.json")];
      const first = new Running(args);
      await hub.count("a", 1, 5);
      await expectSoon(() => read(first)).toEqual(numbers(1, 5));
      await hub.end("SIGKILL");
      await hub.start();
      await hub.count("a", 6, 10);
      await expectSoon(() => read(first)).toEqual(numbers(1, 10));
      first.kill("SIGKILL");
      await first.exit;
      await hub.count("a", 11, 15);
      const second = new Running(args);
      await expectSoon(() => read(second).at(-1)).toBe(15);
      // What the first had told but not yet written down, the second tells again.
      const [from = 0] = read(second);
      expect(from).toBeGreaterThan(5);
      expect(read(second)).toEqual(numbers(from, 15));
      expect((await hub.events("published")).length).toBe(2);
      expect(first.stderr + second.stderr).toBe("");
    },
  );
});
