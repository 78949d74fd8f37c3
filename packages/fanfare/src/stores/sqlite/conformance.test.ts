import { describe, expect, test } from "vitest";
import { scratchFolder } from "../../../testing/scratch-folder.ts";
import type { Bus } from "../../core/ports/bus.ts";
import type { State } from "../../core/ports/state.ts";
import { busConformance } from "../../testing/conformance/bus.ts";
import { logConformance } from "../../testing/conformance/log.ts";
import { stateConformance } from "../../testing/conformance/state.ts";
import { sqliteLog, type SqliteLog } from "./log.ts";

const path = scratchFolder();
const itself = async <Handle>(handle: Handle): Promise<Handle> => handle;

/** With the safety check off only the doorbell can wake a neighbour. */
function opener(): () => Promise<SqliteLog> {
  const file = path();
  return async () => sqliteLog(file, { safetyCheck: false });
}

/** The state of a log, whose `close` closes the whole file. */
function stateOf(log: SqliteLog): State {
  const { state } = log;
  return {
    get: (key) => state.get(key),
    put: (key, value, options) => state.put(key, value, options),
    delete: (key, options) => state.delete(key, options),
    list: (prefix) => state.list(prefix),
    close: () => log.close(),
  };
}

/** The bus of a log once it hears, whose `close` closes the whole file. */
async function busOf(log: SqliteLog): Promise<Bus> {
  const { bus } = log;
  await bus.nodes();
  return {
    node: bus.node,
    publish: (notice) => bus.publish(notice),
    subscribe: (listener) => bus.subscribe(listener),
    nodes: () => bus.nodes(),
    close: () => log.close(),
  };
}

describe("a SQLite log", () => {
  test.each(logConformance)("with one handle: $name", async ({ run }) => {
    await expect(run({ open: opener(), neighbour: itself })).resolves.toBeUndefined();
  });

  test.each(logConformance)("with two handles: $name", async ({ run }) => {
    await expect(run({ open: opener() })).resolves.toBeUndefined();
  });
});

describe("state in a SQLite file", () => {
  test.each(stateConformance)("$name", async ({ run }) => {
    const open = opener();
    await expect(run({ open: async () => stateOf(await open()) })).resolves.toBeUndefined();
  });
});

describe("a bus beside a SQLite file", () => {
  test.each(busConformance)("$name", async ({ run }) => {
    const open = opener();
    await expect(run({ open: async () => busOf(await open()) })).resolves.toBeUndefined();
  });
});
