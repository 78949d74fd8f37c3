import { createHash } from "node:crypto";
import { v7 } from "uuid";
import type { Runtime } from "../core/ports/runtime.ts";

/** Node's clock, timers and chance. */
export const nodeRuntime: Runtime = {
  now: () => Date.now(),
  soon: (task) => void setImmediate(task),
  later: (ms, task) => {
    const timer = setTimeout(task, ms).unref();
    return { cancel: () => clearTimeout(timer) };
  },
  uuid: () => v7(),
  random: () => Math.random(),
  hash: (text) => createHash("sha256").update(text).digest("hex").slice(0, 32),
};
