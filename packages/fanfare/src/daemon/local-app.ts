import type { App } from "../apps/app.ts";
import { appFile } from "../apps/database/file.ts";
import { openApp } from "../apps/open-app.ts";
import type { RouteTable, Service } from "../apps/route.ts";
import type { Hub } from "../core/hub.ts";
import { createLogger } from "./logging.ts";
import { openHub, privateTopics } from "./open-hub.ts";
import type { Settings } from "./settings.ts";

/** An app on the files of a log, in this process, beside daemons that may have them open too. */
export interface LocalApp<Served> {
  readonly service: Served;
  readonly hub: Hub;
  /** Waits a moment until what was written is published and handled, then closes everything. */
  close(): Promise<void>;
}

/** What is not done by then is done by the next process that opens the files. */
const SETTLE_MS = 2_000;

/** Times of a process that is over before anybody could ask for them. */
const UNTIMED = { appended: () => undefined, read: () => undefined };

/** Opens the log and the app's database. Throws `unavailable` for files that cannot be used. */
export async function openLocally<Routes extends RouteTable>(
  app: App<Routes>,
  settings: Settings,
): Promise<LocalApp<Service<Routes>>> {
  const logger = createLogger({ level: "warn" });
  const { db, sync, relay } = settings;
  const hub = openHub({ ...settings, log: undefined }, logger, UNTIMED);
  try {
    await hub.ready();
    const file = appFile(db, app.name);
    const opened = await openApp(app, { db: file, hub, sync, relay, logger, privateTopics: privateTopics(settings) });
    return {
      service: opened.service,
      hub,
      async close() {
        if (!(await opened.settled(SETTLE_MS))) logger.warn("not all that was written is published and handled yet");
        await opened.close();
        await hub.close();
      },
    };
  } catch (error) {
    await hub.close().catch(() => undefined);
    throw error;
  }
}
