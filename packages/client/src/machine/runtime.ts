import type { Runtime } from "../core/runtime.ts";

/** The machine's own clock, timers and chance. */
export const machineRuntime: Runtime = {
  now: Date.now,
  later(ms, task) {
    // What is due may have become so while something else ran.
    const timer = setTimeout(task, Math.max(0, ms));
    return { cancel: () => clearTimeout(timer) };
  },
  random: Math.random,
};
