import { describe, expect, test } from "vitest";
import { busConformance } from "../../testing/conformance/bus.ts";
import { logConformance } from "../../testing/conformance/log.ts";
import { stateConformance } from "../../testing/conformance/state.ts";
import { memoryBus, MemoryNetwork } from "./bus.ts";
import { memoryLog } from "./log.ts";
import { memoryState } from "./state.ts";
import { MemoryStorage } from "./storage.ts";

const itself = async <Handle>(handle: Handle): Promise<Handle> => handle;

describe("a memory log", () => {
  test.each(logConformance)("with one handle: $name", async ({ run }) => {
    const storage = new MemoryStorage();
    await expect(run({ open: async () => memoryLog(storage), neighbour: itself })).resolves.toBeUndefined();
  });

  test.each(logConformance)("with two handles: $name", async ({ run }) => {
    const storage = new MemoryStorage();
    await expect(run({ open: async () => memoryLog(storage) })).resolves.toBeUndefined();
  });
});

describe("memory state", () => {
  test.each(stateConformance)("$name", async ({ run }) => {
    const storage = new MemoryStorage();
    await expect(run({ open: async () => memoryState(storage) })).resolves.toBeUndefined();
  });
});

describe("a memory bus", () => {
  test.each(busConformance)("$name", async ({ run }) => {
    const network = new MemoryNetwork();
    await expect(run({ open: async () => memoryBus(network) })).resolves.toBeUndefined();
  });
});
