import type { App } from "./app.ts";
import type { OpenAppOptions, OpenedApp } from "./opened-app.ts";
import type { RouteTable, Service } from "./route.ts";

/**
 * Opens an app in this process, on a hub of yours: database, relay and reactions. A daemon does the same for each app of
 * its configuration. Throws `unavailable` for a database that cannot be used or a migration that fails.
 *
 * @example
 * await using opened = await openApp(notes, { db: "notes.db", hub });
 * await opened.service.addNote({ text: "Buy milk" });
 * await opened.settled(1_000);
 */
export async function openApp<Routes extends RouteTable>(
  app: App<Routes>,
  options: OpenAppOptions,
): Promise<OpenedApp<Service<Routes>>> {
  // Loaded here: whoever only defines an app, or calls one over HTTP, needs neither Kysely nor a database.
  const { openedApp } = await import("./opened-app.ts");
  return openedApp(app, options);
}
