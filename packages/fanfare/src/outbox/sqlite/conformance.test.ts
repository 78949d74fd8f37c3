import { DatabaseSync } from "node:sqlite";
import { describe, expect, test } from "vitest";
import { scratchFolder } from "../../../testing/scratch-folder.ts";
import { outboxConformance } from "../../testing/conformance/outbox.ts";
import type { OutboxHandle } from "../../testing/conformance/outbox-case.ts";
import { sqliteOutboxStore, type SqliteOutboxStore } from "./store.ts";

const path = scratchFolder();

/** A connection of the application beside the store. */
function handleOf(db: DatabaseSync, store: SqliteOutboxStore): OutboxHandle {
  return {
    store,
    async add(rows, { undo = false } = {}) {
      db.exec("BEGIN IMMEDIATE");
      for (const row of rows) {
        const columns = Object.keys(row);
        db.prepare(
          `INSERT INTO fanfare_outbox (${columns.join()}) VALUES (${columns.map((name) => `$${name}`).join()})`,
        ).run({ ...row });
      }
      db.exec(undo ? "ROLLBACK" : "COMMIT");
      store.ring();
    },
    async close() {
      await store.close();
      if (db.isOpen) db.close();
    },
  };
}

describe("the outbox of a SQLite file", () => {
  test.each(outboxConformance)("$name", async ({ run }) => {
    const file = path("app.db");
    const open = async (): Promise<OutboxHandle> => {
      const store = sqliteOutboxStore(file);
      return handleOf(new DatabaseSync(file), store);
    };
    await expect(run({ open })).resolves.toBeUndefined();
  });
});

describe("the outbox of a SQLite database in memory", () => {
  test.each(outboxConformance)("$name", async ({ run }) => {
    const db = new DatabaseSync(":memory:");
    const open = async (): Promise<OutboxHandle> => {
      const handle = handleOf(db, sqliteOutboxStore(db));
      return { ...handle, close: () => handle.store.close() };
    };
    await expect(run({ open })).resolves.toBeUndefined();
  });
});
