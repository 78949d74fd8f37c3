import { expect, onTestFinished, test } from "vitest";
import { startDaemon } from "../jitter/daemon.ts";
import { NO_FAULTS } from "../jitter/summary.ts";
import { densest, deploy } from "./deploy.ts";

/** `npm run bench -- deploy` measures the long form and keeps its times. */
const form = { clients: 100, eventEveryMs: 100, windowMs: 4_000, patienceMs: 25_000 };

test("a daemon that is restarted loses nothing, and its clients come back one after the other", async () => {
  const daemon = await startDaemon({ config: { shutdown: { spreadMs: form.windowMs } } });
  onTestFinished(() => daemon[Symbol.asyncDispose]());
  const result = await deploy(daemon, form);
  expect(result).toMatchObject({ clients: form.clients, share: 1, faults: NO_FAULTS });
  expect(result.returns).toHaveLength(form.clients);
  const { tried, opened } = result;
  // A tenth of the window is a tenth of the clients; a busy machine is late with some.
  expect(densest(tried, form.windowMs / 10)).toBeLessThan(0.3);
  expect(tried.at(-1)).toBeGreaterThan(form.windowMs * 0.9);
  expect(tried.at(-1)).toBeLessThan(form.windowMs * 1.5);
  expect(densest(opened, 100)).toBeLessThan(0.3);
});
