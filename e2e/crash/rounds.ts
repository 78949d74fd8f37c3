import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { verifyLog } from "fanfare/sqlite";
import { Chance } from "fanfare/testing";
import type { Acknowledged } from "./batches.ts";
import { CrashLedger } from "./crash-ledger.ts";
import { killedPublisher } from "./killed-publisher.ts";

export interface Crashes {
  readonly rounds: number;
  readonly seed: number;
  readonly progress?: (line: string) => void;
}

export interface CrashResult {
  readonly rounds: number;
  /** Events that were acknowledged before a kill. */
  readonly acknowledged: number;
  /** Sentences; none when every promise held. */
  readonly broken: readonly string[];
}

/** Batches that a process acknowledges before it is killed, at most. */
const MOST_BATCHES = 50;
const LONGEST_DELAY_MS = 30;
/** Rounds between two readings of the whole file. */
const VERIFY_EVERY = 20;

/** Kills publishing processes at random moments, one log for all rounds, and looks each time at what is left. */
export async function crashRounds({ rounds, seed, progress = () => undefined }: Crashes): Promise<CrashResult> {
  const folder = mkdtempSync(join(tmpdir(), "fanfare-crash-"));
  const path = join(folder, "log.db");
  const chance = new Chance(seed);
  const ledger = new CrashLedger(path);
  try {
    for (let round = 1; round <= rounds && ledger.broken.length === 0; round += 1) {
      // Every third round, two processes write to the file, and both are killed.
      const processes = round % 3 === 0 ? 2 : 1;
      const told = await Promise.all(
        Array.from({ length: processes }, (_, index) => oneProcess(path, `${seed}-${round}-${index}`, chance)),
      );
      const events = await ledger.check(told.flat());
      if (round % VERIFY_EVERY === 0 || round === rounds) ledger.note(verifyLog(path).problems);
      progress(
        `round ${round} of ${rounds}: ${processes} killed, ${told.flat().length} batches acknowledged, ${events} events new`,
      );
    }
    return { rounds, acknowledged: ledger.acknowledged, broken: ledger.broken };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function oneProcess(path: string, name: string, chance: Chance): Promise<readonly Acknowledged[]> {
  return killedPublisher({
    path,
    name,
    seed: chance.between(0, 1_000_000),
    sync: "full",
    after: chance.between(1, MOST_BATCHES),
    delay: chance.between(0, LONGEST_DELAY_MS),
  });
}
