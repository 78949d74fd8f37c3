import { existsSync } from "node:fs";
import type { Server } from "node:http";
import type { AppHost } from "./app-host.ts";
import type { Hub } from "../core/hub.ts";
import { createApi } from "../http/api.ts";
import { createPages } from "../http/pages.ts";
import { createHttpServer } from "../http/server.ts";
import { upgradeListener } from "../http/upgrade.ts";
import { createSseTransport } from "../transports/sse/transport.ts";
import { refuseUpgrade } from "../transports/websocket/refusal.ts";
import { createWebSocketTransport } from "../transports/websocket/transport.ts";
import { createDoorkeeper } from "./doorkeeper.ts";
import { HOME_PAGE } from "./home-page.ts";
import type { Logger } from "./logging.ts";
import type { Metrics } from "./metrics.ts";
import { processProbe } from "./process-probe.ts";
import type { Settings } from "./settings.ts";
import { version } from "./version.ts";

/** All the ways into a daemon over one port. */
export interface Doors {
  /** Not yet listening. */
  readonly server: Server;
  /** Ends the streams that are still open at once. */
  close(): void;
}

export interface DoorsOptions {
  readonly settings: Settings;
  readonly hub: Hub;
  /** What the daemon's own tokens are signed with. */
  readonly secret: string | undefined;
  readonly metrics: Metrics;
  readonly apps: AppHost;
  readonly logger: Logger;
}

export function createDoors(options: DoorsOptions): Doors {
  const { settings, hub, metrics, apps, logger } = options;
  const onError = (error: unknown): void => logger.error({ err: error }, "a request failed");
  const { gate, renew } = createDoorkeeper(options);
  const sse = createSseTransport({ hub });
  const websocket = createWebSocketTransport({ ...settings.websocket, hub, identify: renew, report: onError });
  const api = createApi({
    hub,
    gate,
    version: version(),
    origins: settings.origins,
    streams: sse.open,
    // From source there may be no build yet.
    pages: existsSync(HOME_PAGE) ? createPages(HOME_PAGE) : undefined,
    routes: apps.routes,
    sites: apps.sites,
    probes: [processProbe(), ...apps.probes],
    metrics: {
      contentType: metrics.contentType,
      text: async () => metrics.text(await hub.health(), await apps.figures()),
    },
    onError,
    onRequest({ method, path, status, ms }) {
      metrics.requested(method, status, ms / 1000);
      logger.debug({ method, path, status, ms }, "request");
    },
  });
  const server = createHttpServer(api);
  server.on("upgrade", upgradeListener({ gate, hub, take: websocket.upgrade, refuse: refuseUpgrade, report: onError }));
  return {
    server,
    close() {
      sse.close();
      websocket.close();
    },
  };
}
