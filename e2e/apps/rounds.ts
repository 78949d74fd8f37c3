import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { createHub, readingPage } from "fanfare";
import { appFile, openApp } from "fanfare/app";
import { sqliteLog } from "fanfare/sqlite";
import { Chance } from "fanfare/testing";
import { counters } from "./counters.ts";

// Children and threads inherit it: each would strip the types of the same sources again.
process.env["NODE_COMPILE_CACHE"] ??= join(tmpdir(), "fanfare-e2e-compiled");

export interface Books {
  /** Adds that processes have said to be committed. */
  readonly acknowledged: number;
  /** Sum of the counters, as the service writes it. */
  readonly counted: number;
  /** Events in the log, and the sum of what they say. */
  readonly events: number;
  readonly published: number;
  /** What the reaction has made of it. */
  readonly handled: number;
  readonly summed: number;
}

const MOST_COMMITS = 30;
const LONGEST_DELAY_MS = 40;
const PATIENCE_MS = 60_000;

/** Kills processes at random moments, all on the same files, and then counts what is there. */
export async function killRounds(kills: number, seed: number): Promise<Books> {
  const folder = mkdtempSync(join(tmpdir(), "fanfare-apps-"));
  const log = join(folder, "log.db");
  const chance = new Chance(seed);
  let acknowledged = 0;
  try {
    for (let killed = 0; killed < kills;) {
      // Now and then two are at work, so that one overtakes the other's reaction.
      const together = chance.maybe(0.3) ? 2 : 1;
      const counts = await Promise.all(Array.from({ length: together }, () => killOne(log, chance)));
      acknowledged += counts.reduce((sum, one) => sum + one, 0);
      killed += together;
    }
    return { acknowledged, ...(await count(log)) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What the books contradict each other in; nothing when every effect happened exactly once. */
export function contradictions({
  acknowledged,
  counted,
  events,
  published,
  handled,
  summed,
}: Books): readonly string[] {
  return [
    ...(events < acknowledged ? [`${acknowledged} adds were acknowledged, ${events} are in the log`] : []),
    ...(published === counted ? [] : [`the counters hold ${counted}, the log ${published}`]),
    ...(handled === events ? [] : [`${events} events are in the log, ${handled} were handled`]),
    ...(summed === published ? [] : [`the log holds ${published}, the reaction made ${summed} of it`]),
  ];
}

async function killOne(log: string, chance: Chance): Promise<number> {
  const script = join(import.meta.dirname, "adding-process.ts");
  const args = ["--conditions=@fanfare/source", script, log, String(chance.between(0, 1_000_000))];
  const after = chance.between(1, MOST_COMMITS);
  const delay = chance.between(0, LONGEST_DELAY_MS);
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  const late = setTimeout(() => child.kill("SIGKILL"), PATIENCE_MS);
  const closed = once(child, "close");
  let acknowledged = 0;
  let lines = 0;
  createInterface({ input: child.stdout }).on("line", (line) => {
    acknowledged += Number(line);
    lines += 1;
    if (lines === after) setTimeout(() => child.kill("SIGKILL"), delay);
  });
  await closed;
  clearTimeout(late);
  if (child.signalCode !== "SIGKILL" || lines < after)
    throw new Error(`the process ended by itself (${child.exitCode ?? child.signalCode}) after ${lines} lines`);
  return acknowledged;
}

/** Lets what was left over be published and handled, as the next start would, and counts. */
async function count(log: string): Promise<Omit<Books, "acknowledged">> {
  await using hub = createHub({ log: sqliteLog(log) });
  await using opened = await openApp(counters, { db: appFile(log, "counters"), hub });
  if (!(await opened.settled(PATIENCE_MS))) throw new Error("what was left over is not handled");
  const counted = (await opened.service.list({})).counters.reduce((sum, { value }) => sum + value, 0);
  const { total: summed, events: handled } = await opened.service.sum({});
  let [events, published] = [0, 0];
  for (let after = "start", complete = false; !complete;) {
    const page = readingPage(await hub.read({ topics: ["counters.>"], after, limit: 1_000 }));
    events += page.events.length;
    for (const { data } of page.events) published += (data as { readonly by: number }).by;
    ({ cursor: after, complete } = page);
  }
  return { counted, events, published, handled, summed };
}
