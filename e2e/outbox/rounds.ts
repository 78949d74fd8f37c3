import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { Chance } from "fanfare/testing";
import { openShop, settleAccounts, type Accounts } from "./shop-ledger.ts";

// Children and threads inherit it: each would strip the types of the same sources again.
process.env["NODE_COMPILE_CACHE"] ??= join(tmpdir(), "fanfare-e2e-compiled");

export interface Kills {
  readonly kills: number;
  readonly seed: number;
  readonly progress?: (line: string) => void;
}

export interface KillResult extends Accounts {
  readonly kills: number;
}

/** Commits that a process tells before it is killed, at most. */
const MOST_COMMITS = 40;
const LONGEST_DELAY_MS = 40;
/** Kills between two looks at what is left. */
const LOOK_EVERY = 10;
const PATIENCE_MS = 60_000;

/** Kills shops at random moments, one database and one log for all of them, and looks at what is left. */
export async function killRounds({ kills, seed, progress = () => undefined }: Kills): Promise<KillResult> {
  const folder = mkdtempSync(join(tmpdir(), "fanfare-outbox-"));
  const [file, log] = [join(folder, "shop.db"), join(folder, "log.db")];
  const chance = new Chance(seed);
  let killed = 0;
  let found: Accounts = { orders: 0, broken: [] };
  try {
    openShop(file);
    for (let look = LOOK_EVERY; killed < kills && found.broken.length === 0; look += LOOK_EVERY) {
      while (killed < Math.min(look, kills)) {
        // Now and then two are at work, and both are killed.
        const names = chance.maybe(0.3) ? [killed, killed + 1] : [killed];
        await Promise.all(names.map((name) => killOne(file, log, String(name), chance)));
        killed += names.length;
      }
      found = await settleAccounts(file, log);
      progress(`${killed} of ${kills} killed: ${found.orders} orders, ${found.broken.length} promises broken`);
    }
    return { kills: killed, ...found };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function killOne(file: string, log: string, name: string, chance: Chance): Promise<void> {
  const script = join(import.meta.dirname, "shop-process.ts");
  const args = ["--conditions=@fanfare/source", script, file, log, String(chance.between(0, 1_000_000)), name];
  const after = chance.between(1, MOST_COMMITS);
  const delay = chance.between(0, LONGEST_DELAY_MS);
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  const late = setTimeout(() => child.kill("SIGKILL"), PATIENCE_MS);
  const closed = once(child, "close");
  let commits = 0;
  createInterface({ input: child.stdout }).on("line", () => {
    commits += 1;
    if (commits === after) setTimeout(() => child.kill("SIGKILL"), delay);
  });
  await closed;
  clearTimeout(late);
  if (child.signalCode !== "SIGKILL" || commits < after)
    throw new Error(`the shop ended by itself (${child.exitCode ?? child.signalCode}) after ${commits} commits`);
}
