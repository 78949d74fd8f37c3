import { randomUUID } from "node:crypto";
import { mkdir, open, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Thread } from "../domain/thread.ts";
import { encodeToken } from "../domain/topic.ts";

/** A folder for each ticket. Tokens of topics are names that every file system takes, and none leads elsewhere. */
export function summaryPath(folder: string, { ticket, id }: Pick<Thread, "ticket" | "id">): string {
  return join(folder, encodeToken(ticket), `${id}.md`);
}

/** Writes the whole file or none: a reader never meets half of it, whatever is killed. */
export async function writeSummary(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const draft = `${path}.${randomUUID()}.tmp`;
  try {
    const file = await open(draft, "wx");
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(draft, path);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
}
