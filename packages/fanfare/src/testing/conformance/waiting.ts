import { setTimeout as pause } from "node:timers/promises";

const BOUND_MS = 10_000;

/** Waits until the condition holds; throws with the description when it does not within ten seconds. */
export async function eventually(description: string, condition: () => boolean | Promise<boolean>): Promise<void> {
  const end = performance.now() + BOUND_MS;
  while (!(await condition())) {
    if (performance.now() > end) throw new Error(`not within ${BOUND_MS} ms: ${description}`);
    await pause(2);
  }
}
