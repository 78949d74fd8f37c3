import { onTestFinished } from "vitest";
import { createHub } from "../src/hub/create-hub.ts";
import type { Hub } from "../src/core/hub.ts";
import { memoryLog } from "../src/memory.ts";
import { defineApp } from "../src/apps/app.ts";
import type { AppLogger } from "../src/apps/context.ts";
import { openApp } from "../src/apps/open-app.ts";
import type { OpenAppOptions, OpenedApp } from "../src/apps/opened-app.ts";
import { notesSpec, type NotesRoutes, type NotesService, type NotesSpec } from "./notes-app.ts";

export interface NotesUnderTest {
  readonly hub: Hub;
  readonly opened: OpenedApp<NotesService>;
  readonly service: NotesService;
  /** Levels and texts of what was logged. */
  readonly lines: readonly string[];
}

/** The notes app in process, with parts of it replaced; closed when the test is over. */
export async function openNotes(
  db: string,
  {
    spec = {},
    hub = createHub({ log: memoryLog() }),
    ...options
  }: Partial<OpenAppOptions> & { readonly spec?: Partial<NotesSpec> } = {},
): Promise<NotesUnderTest> {
  const lines: string[] = [];
  const line = (level: string) => (_fields: object, text: string) => void lines.push(`${level} ${text}`);
  const logger: AppLogger = { debug: line("debug"), info: line("info"), warn: line("warn"), error: line("error") };
  const app = defineApp<never, NotesRoutes>({ ...notesSpec, ...spec } as never);
  const opened = await openApp(app, { db, hub, logger, ...options });
  onTestFinished(async () => {
    await opened.close();
    await hub.close();
  });
  return { hub, opened, service: opened.service, lines };
}

export const ADA = { actor: { type: "human", name: "ada" } } as const;
