import { setTimeout as wait } from "node:timers/promises";
import type { Client } from "@fanfare/client";

/** Publishes at a steady pace until the work is done, whatever happens to the daemon meanwhile; answers the positions. */
export async function pace(
  publisher: Client,
  topic: string,
  everyMs: number,
  work: Promise<unknown>,
): Promise<readonly number[]> {
  const publishes: ReturnType<Client["publish"]>[] = [];
  const over = new AbortController();
  const end = (): void => over.abort();
  work.then(end, end);
  while (!over.signal.aborted) {
    const due = wait(everyMs);
    publishes.push(publisher.publish(topic, { type: "tick", data: publishes.length }));
    await due;
  }
  await work;
  const results = await Promise.all(publishes);
  return results.flatMap(({ events }) => events.map(({ position }) => position));
}
