import { createHash, randomFillSync } from "node:crypto";
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
  uuid: () => v7({ random: nextRandom() }),
  random: () => Math.random(),
  hash: (text) => createHash("sha256").update(text).digest("hex").slice(0, 32),
};

/** Bytes that one UUID takes; asking the system for so few at a time costs more than everything else of a publish. */
const UUID_BYTES = 16;

const pool = new Uint8Array(UUID_BYTES * 512);
let taken = pool.length;

function nextRandom(): Uint8Array {
  if (taken === pool.length) {
    randomFillSync(pool);
    taken = 0;
  }
  taken += UUID_BYTES;
  return pool.subarray(taken - UUID_BYTES, taken);
}
