import type { Runtime } from "../core/runtime.ts";

/** The machine's own clock, timers and chance. */
export const machineRuntime: Runtime = {
  now: Date.now,
  later(ms, task) {
    const timer = setTimeout(task, ms);
    return { cancel: () => clearTimeout(timer) };
  },
  random: Math.random,
};
