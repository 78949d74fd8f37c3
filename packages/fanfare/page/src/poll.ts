/** How much longer a poll rests than its answer took: a server that is slow to answer is asked less often. */
const REST_FACTOR = 10;

export interface Poll {
  /** Asks now, and goes on from there. */
  now(): void;
  stop(): void;
}

/** Runs `task` now and then again, only while somebody can see the page. The task deals with its own errors. */
export function startPoll(task: () => Promise<void>, everyMs: number): Poll {
  let timer: number | undefined;
  let running = false;
  let stopped = false;

  const run = async (): Promise<void> => {
    if (running || stopped || document.hidden) return;
    window.clearTimeout(timer);
    running = true;
    const started = performance.now();
    await task();
    running = false;
    const rest = Math.max(everyMs, (performance.now() - started) * REST_FACTOR);
    timer = window.setTimeout(() => void run(), rest);
  };

  const seen = (): void => void run();
  document.addEventListener("visibilitychange", seen);
  void run();
  return {
    now: seen,
    stop() {
      stopped = true;
      window.clearTimeout(timer);
      document.removeEventListener("visibilitychange", seen);
    },
  };
}
