import { join } from "node:path";
import { expect, test } from "vitest";
import { fanfare, folder, serve } from "../cli/processes.ts";

const env = { FANFARE_CONFIG: join(import.meta.dirname, "counters.config.ts") };

test.each(["SIGTERM", "SIGINT"] as const)(
  "%s under load: every request that was answered is counted, in the log and handled once, with nothing left over",
  async (signal) => {
    const db = join(await folder(), "fanfare.db");
    const { url, process } = await serve(["--db", db, "--worker-interval", "10s"], { env });
    let acknowledged = 0;
    let stopped = false;
    const writer = async (): Promise<void> => {
      while (!stopped) {
        try {
          const response = await fetch(`${url}/api/v1/counters/counters/a/add`, {
            method: "POST",
            headers: { "content-type": "application/json" },
            body: '{"by":1}',
          });
          if (response.ok) acknowledged += 1;
          await response.arrayBuffer();
        } catch {
          // The port is closed.
          stopped = true;
        }
      }
    };
    const writers = Array.from({ length: 8 }, writer);
    await expect.poll(() => acknowledged).toBeGreaterThan(50);
    process.kill(signal);
    expect((await process.exit).code).toBe(0);
    await Promise.all(writers);
    const outbox = await fanfare(["outbox", "status", "--db", join(db, "../fanfare-counters.db"), "--json"]);
    const { pending, leased, failed, totals } = JSON.parse(outbox.stdout);
    expect({ pending, leased, failed }).toEqual({ pending: 0, leased: 0, failed: 0 });
    expect(totals.sent).toBeGreaterThanOrEqual(acknowledged);
    const { stdout } = await fanfare(["counters", "list", "--db", db], { env });
    expect(Number(/^a +(\d+)$/m.exec(stdout)?.[1])).toBe(totals.sent);
    // What the reactions had no time for is handled by the next start; the command above was one.
    const reactions = await fanfare(["reactions", "status", "--db", join(db, "../fanfare-counters.db"), "--json"]);
    expect(JSON.parse(reactions.stdout).reactions).toMatchObject([{ name: "sum", handled: totals.sent, died: 0 }]);
  },
);
