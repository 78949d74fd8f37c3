import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { FanfareError } from "@fanfare/protocol";
import { specOf, type App } from "../apps/app.ts";
import type { AppFigures } from "../apps/context.ts";
import { appFile } from "../apps/database/file.ts";
import { httpRoutes } from "../apps/http-routes.ts";
import { openApp } from "../apps/open-app.ts";
import type { OpenedApp } from "../apps/opened-app.ts";
import type { RouteTable, Service } from "../apps/route.ts";
import type { Hub } from "../core/hub.ts";
import { createPages, type Pages } from "../http/pages.ts";
import type { Probe } from "../http/probe.ts";
import type { Route } from "../http/route.ts";
import { appProbe } from "./app-probe.ts";
import type { Logger } from "./logging.ts";
import { privateTopics } from "./open-hub.ts";
import type { Settings } from "./settings.ts";

/** The apps of a daemon at work, and what its doors need of them. */
export interface AppHost {
  readonly routes: readonly Route[];
  /** Pages by the app's name. */
  readonly sites: ReadonlyMap<string, Pages>;
  readonly probes: readonly Probe[];
  service<Routes extends RouteTable>(app: App<Routes>): Service<Routes>;
  /** By name; an app whose database does not answer is left out. */
  figures(): Promise<ReadonlyMap<string, AppFigures>>;
  /** Starts the work that the apps have of their own. */
  start(): void;
  /** Ends that work and the reactions; requests go on. */
  quiet(): Promise<void>;
  /** Empties and ends the relays, closes the databases. */
  close(): Promise<void>;
}

interface Hosted {
  readonly app: App;
  readonly opened: OpenedApp<Service<RouteTable>>;
}

/** Opens the apps of the settings, all or none. */
export async function openApps(settings: Settings, hub: Hub, logger: Logger): Promise<AppHost> {
  const files = new AppFiles(settings);
  const hosted: Hosted[] = [];
  try {
    for (const app of settings.apps) {
      const opened = await openApp(app, {
        db: files.of(app),
        hub,
        sync: settings.sync,
        relay: settings.relay,
        logger: logger.child({ app: app.name }),
        privateTopics: privateTopics(settings),
      });
      hosted.push({ app, opened });
    }
    return new RunningApps(hosted, files);
  } catch (error) {
    await Promise.all(hosted.map(({ opened }) => opened.close()));
    files.remove();
    throw error;
  }
}

/** Where the apps' databases lie: beside the log, or nowhere for long. */
class AppFiles {
  readonly #db: string;
  readonly #temporary: string | undefined;

  constructor({ db, log, apps }: Pick<Settings, "db" | "log" | "apps">) {
    this.#temporary = log === undefined || apps.length === 0 ? undefined : mkdtempSync(join(tmpdir(), "fanfare-apps-"));
    this.#db = this.#temporary === undefined ? db : join(this.#temporary, "fanfare.db");
  }

  of({ name }: App): string {
    return appFile(this.#db, name);
  }

  remove(): void {
    if (this.#temporary !== undefined) rmSync(this.#temporary, { recursive: true, force: true });
  }
}

class RunningApps implements AppHost {
  readonly routes: readonly Route[];
  readonly sites: ReadonlyMap<string, Pages>;
  readonly probes: readonly Probe[];
  readonly #hosted: readonly Hosted[];
  readonly #files: AppFiles;

  constructor(hosted: readonly Hosted[], files: AppFiles) {
    this.#hosted = hosted;
    this.#files = files;
    this.routes = hosted.flatMap(({ app, opened }) => httpRoutes(app, opened.service));
    this.sites = new Map(hosted.flatMap(({ app }) => siteOf(app)));
    this.probes = hosted.map(({ app, opened }) => appProbe(app.name, opened));
  }

  service<Routes extends RouteTable>({ name, spec }: App<Routes>): Service<Routes> {
    const found = this.#hosted.find(({ app }) => app.spec === spec);
    if (found === undefined) throw new FanfareError("not_found", `apps: ${name} is not run here`);
    return found.opened.service as unknown as Service<Routes>;
  }

  async figures(): Promise<ReadonlyMap<string, AppFigures>> {
    const all = await Promise.all(
      this.#hosted.map(async ({ app, opened }) => {
        const figures = await opened.figures().catch(() => undefined);
        return figures === undefined ? [] : [[app.name, figures] as const];
      }),
    );
    return new Map(all.flat());
  }

  start(): void {
    for (const { opened } of this.#hosted) opened.start();
  }

  async quiet(): Promise<void> {
    await Promise.all(this.#hosted.map(({ opened }) => opened.quiet()));
  }

  async close(): Promise<void> {
    await Promise.all(this.#hosted.map(({ opened }) => opened.close()));
    this.#files.remove();
  }
}

function siteOf(app: App): readonly (readonly [string, Pages])[] {
  const { pages } = specOf(app);
  if (pages === undefined) return [];
  const folder = pages instanceof URL || pages.startsWith("file:") ? fileURLToPath(pages) : pages;
  return [[app.name, createPages(folder, { below: `/${app.name}` })]];
}
