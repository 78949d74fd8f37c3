import { isFanfareError } from "@fanfare/protocol";
import type { App } from "../apps/app.ts";
import type { RouteTable, Service } from "../apps/route.ts";
import type { Hub } from "../core/hub.ts";
import { formatAddress, parseAddress, type Address } from "./address.ts";
import { checkConfig } from "./check-config.ts";
import type { Config } from "./config.ts";
import { openApps, type AppHost } from "./app-host.ts";
import { createDoors, type Doors } from "./doors.ts";
import { signingSecret } from "./key.ts";
import { listen } from "./listening.ts";
import { createLogger, type Logger } from "./logging.ts";
import { createMetrics } from "./metrics.ts";
import { openHub } from "./open-hub.ts";
import type { Settings } from "./settings.ts";
import { Sockets } from "./sockets.ts";
import { DaemonError } from "./daemon-error.ts";
import { within } from "./within.ts";

/** A running daemon. */
export interface Daemon extends AsyncDisposable {
  /** `http://127.0.0.1:3001` */
  readonly url: string;
  /** Where it listens, with the port it got. */
  readonly address: Address;
  readonly hub: Hub;
  /** Whoever can reach it may do everything: no authentication is configured. */
  readonly open: boolean;
  /** The service of an app of its configuration, in this process. Throws `not_found` for one that it does not run. */
  service<Routes extends RouteTable>(app: App<Routes>): Service<Routes>;
  /**
   * Takes nothing new, tells every client when to come back, sends what is under way, empties the outboxes, closes the log. Rejects when that
   * took longer than `shutdown.deadlineMs`; then it was cut short. Further calls answer the same.
   */
  stop(reason?: string): Promise<void>;
}

/**
 * Starts a daemon: log, hub, doors, and the port at last. Throws `ConfigError` for a configuration that no daemon can run
 * with, {@link DaemonError} where the database or the port cannot be had.
 *
 * @example
 * await using daemon = await startDaemon({ addr: "127.0.0.1:0", log: "memory:" });
 * await daemon.hub.publish("orders.eu", { type: "order.paid", data: { total: 12 } });
 * console.log(await (await fetch(`${daemon.url}/api/v1/events`)).json());
 */
export async function startDaemon(config: Config = {}): Promise<Daemon> {
  const settings = checkConfig(config, () => ({ kind: "call", name: "startDaemon" }));
  const logger = createLogger(settings.logging);
  const metrics = createMetrics();
  const hub = openHub(settings, logger, metrics);
  let apps: AppHost | undefined;
  try {
    await requireWritable(hub);
    const secret = await signingSecret(settings);
    apps = await openApps(settings, hub, logger);
    const doors = createDoors({ settings, hub, secret, metrics, apps, logger });
    const sockets = new Sockets(doors.server);
    const address = await listen(doors.server, addressOf(settings)).catch((error: unknown) => {
      doors.close();
      throw error;
    });
    apps.start();
    return new RunningDaemon({ settings, logger, hub, apps, doors, sockets, address });
  } catch (error) {
    await apps?.close().catch(() => undefined);
    await hub.close().catch(() => undefined);
    throw isFanfareError(error) ? new DaemonError(error.message, { cause: error }) : error;
  }
}

async function requireWritable(hub: Hub): Promise<void> {
  const { log } = await hub.health();
  if (!log.writable) throw new DaemonError(log.error ?? "the log cannot be written");
}

function addressOf({ addr }: Settings): Address {
  const address = parseAddress(addr);
  if (address === undefined) throw new RangeError(`addr: ${addr} passed its check and is none`);
  return address;
}

interface Running {
  readonly settings: Settings;
  readonly logger: Logger;
  readonly hub: Hub;
  readonly apps: AppHost;
  readonly doors: Doors;
  readonly sockets: Sockets;
  readonly address: Address;
}

/** Clients that were told to go get this long to take their leave. */
const FAREWELL_MS = 2_000;

class RunningDaemon implements Daemon {
  readonly url: string;
  readonly address: Address;
  readonly hub: Hub;
  readonly open: boolean;
  readonly #running: Running;
  #stopping: Promise<void> | undefined;

  constructor(running: Running) {
    const { address, hub, logger, settings } = running;
    this.#running = running;
    this.address = address;
    this.url = `http://${formatAddress(address)}`;
    this.hub = hub;
    this.open = settings.auth === undefined;
    logger.info({ url: this.url, log: settings.log ?? settings.db }, "started");
    if (this.open)
      logger.warn(
        "open to everybody on this machine: no authentication is configured (FANFARE_AUTH_SECRET, FANFARE_AUTH_JWKS)",
      );
  }

  service<Routes extends RouteTable>(app: App<Routes>): Service<Routes> {
    return this.#running.apps.service(app);
  }

  stop(reason = "stopping"): Promise<void> {
    this.#stopping ??= this.#stop(reason);
    return this.#stopping;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop("disposed");
  }

  async #stop(reason: string): Promise<void> {
    const { settings, logger, sockets } = this.#running;
    const { deadlineMs } = settings.shutdown;
    logger.info({ reason }, "stopping");
    if (!(await within(deadlineMs, this.#leave()))) {
      sockets.destroy();
      logger.error({ deadlineMs }, "the stop took too long and was cut short");
      throw new DaemonError(`stop: took longer than ${deadlineMs} ms (shutdown.deadlineMs)`);
    }
    logger.info("stopped");
  }

  async #leave(): Promise<void> {
    const { settings, hub, apps, doors, sockets } = this.#running;
    doors.server.close();
    const quiet = apps.quiet();
    await hub.drain({ reason: "the server is stopping", spreadMs: settings.shutdown.spreadMs });
    await within(FAREWELL_MS, sockets.ended());
    doors.close();
    sockets.destroy();
    await quiet;
    // Nobody writes any more, so that the relays can come to an end, and they need the log for it.
    await apps.close();
    await hub.close();
  }
}
