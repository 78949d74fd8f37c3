import { setTimeout as wait } from "node:timers/promises";
import type { PublishResult } from "fanfare";

/** Until a daemon that is not there is asked again. */
const PAUSE_MS = 50;
const PATIENCE_MS = 60_000;

/**
 * Publishes at a steady pace until the work is done, whatever happens to the daemon meanwhile: what is not acknowledged is sent
 * again under its id. Answers the positions, ascending.
 */
export async function pace(
  url: string,
  topic: string,
  everyMs: number,
  work: Promise<unknown>,
): Promise<readonly number[]> {
  const publishes: Promise<number>[] = [];
  const over = new AbortController();
  const end = (): void => over.abort();
  work.then(end, end);
  while (!over.signal.aborted) {
    const due = wait(everyMs);
    const published = publish(`${url}/api/v1/topics/${topic}/events`, `tick ${publishes.length}`);
    published.catch(() => undefined);
    publishes.push(published);
    await due;
  }
  await work;
  return (await Promise.all(publishes)).toSorted((left, right) => left - right);
}

async function publish(url: string, id: string): Promise<number> {
  const request = {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ type: "tick", id }),
  };
  for (const late = AbortSignal.timeout(PATIENCE_MS); !late.aborted; await wait(PAUSE_MS)) {
    const response = await fetch(url, request).catch(() => undefined);
    if (response?.ok !== true) continue;
    const { events } = (await response.json()) as PublishResult;
    return events[0]?.position ?? 0;
  }
  throw new Error(`${id}: not acknowledged in ${PATIENCE_MS} ms`);
}
