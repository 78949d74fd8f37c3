import { setTimeout as wait } from "node:timers/promises";
import { parsePattern, type Pattern } from "@fanfare/protocol";
import type { Hub } from "../core/hub.ts";
import type { Runtime } from "../core/ports/runtime.ts";
import { nodeRuntime } from "../hub/node-runtime.ts";
import type { RelaySettings } from "../outbox/options.ts";
import { startRelay, type Relay } from "../outbox/relay.ts";
import { specOf, type App, type AppSpec } from "./app.ts";
import type { AppContext, AppFigures, AppLogger } from "./context.ts";
import { OpenDatabase } from "./database/app-database.ts";
import { localService } from "./local-service.ts";
import { Reactions } from "./reactions/reactions.ts";
import type { RouteTable, Service } from "./route.ts";

export interface OpenAppOptions {
  /** The app's SQLite file; made when it is not there, in a folder that is. */
  readonly db: string;
  readonly hub: Hub;
  /** What a commit survives: `full` power loss, `normal` a killed process. Default `full`. */
  readonly sync?: "full" | "normal" | undefined;
  /** Milliseconds that a transaction waits for its turn, 100 to 600 000. Default 10 000. */
  readonly waitMs?: number | undefined;
  readonly relay?: Partial<RelaySettings> | undefined;
  /** Default: errors become process warnings, the rest is dropped. */
  readonly logger?: AppLogger | undefined;
  /** Patterns that `require` asks an explicit grant for. Default: the app's own. */
  readonly privateTopics?: readonly string[] | undefined;
  /** Default: Node's clock, timers and chance. */
  readonly runtime?: Runtime | undefined;
}

/** An app at work in this process. */
export interface OpenedApp<Served> extends AsyncDisposable {
  readonly service: Served;
  figures(): Promise<AppFigures>;
  /** Resolves `true` once the outbox is empty and every reaction is at the log's end, `false` when time is up first. */
  settled(ms: number): Promise<boolean>;
  /** Starts the app's work of its own; a daemon does that. */
  start(): void;
  /** Says what the app adds to its health. */
  health(): ReturnType<NonNullable<AppSpec<unknown, RouteTable>["health"]>>;
  /** Ends work and reactions after what they have under way; requests go on. */
  quiet(): Promise<void>;
  /** `quiet`, then the relay with what is due, then the database. The hub stays open. */
  close(): Promise<void>;
}

const SILENT: AppLogger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: (fields, text) => process.emitWarning(`${text}: ${JSON.stringify(fields)}`, { type: "FanfareWarning" }),
};

/** How long a close waits for the outbox to be sent; what remains is sent at the next start. */
const FLUSH_MS = 1_000;
const LOOK_MS = 20;

/** Opens an app's database, brings it up to date and sets relay and reactions to work. */
export async function openedApp<Routes extends RouteTable>(
  app: App<Routes>,
  options: OpenAppOptions,
): Promise<OpenedApp<Service<Routes>>> {
  const { runtime = nodeRuntime, hub } = options;
  const spec = specOf(app);
  const database = await OpenDatabase.open<unknown>({
    path: options.db,
    sync: options.sync ?? "full",
    waitMs: options.waitMs ?? 10_000,
    migrations: spec.migrations ?? {},
    limits: hub.limits,
    runtime,
  });
  try {
    return new RunningApp(app, spec, database, options);
  } catch (error) {
    await database.close();
    throw error;
  }
}

class RunningApp<Routes extends RouteTable> implements OpenedApp<Service<Routes>> {
  readonly service: Service<Routes>;
  readonly #spec: AppSpec<unknown, Routes>;
  readonly #context: AppContext<unknown>;
  readonly #database: OpenDatabase<unknown>;
  readonly #relay: Relay;
  readonly #reactions: Reactions<unknown>;
  readonly #stop = new AbortController();
  #work: Promise<void> = Promise.resolve();
  #trouble: string | undefined;
  #closing: Promise<void> | undefined;

  constructor(
    app: App<Routes>,
    spec: AppSpec<unknown, Routes>,
    database: OpenDatabase<unknown>,
    { hub, relay, logger = SILENT, privateTopics, runtime = nodeRuntime }: OpenAppOptions,
  ) {
    this.#spec = spec;
    this.#database = database;
    this.#context = { db: database, hub, logger, runtime, figures: () => this.figures() };
    const privates: readonly Pattern[] = (privateTopics ?? spec.privateTopics ?? []).map((text) => parsePattern(text));
    this.service = localService(app.routes, spec.service(this.#context), { privates, runtime });
    this.#relay = startRelay({
      ...relay,
      store: database.store,
      publisher: hub,
      runtime,
      onError: (error) => logger.error({ code: error.code, err: error }, error.message),
      onSummary: (figures) => logger.info({ ...figures }, "outbox"),
    });
    this.#reactions = new Reactions({ reactions: spec.reactions ?? {}, context: this.#context, runtime });
  }

  async figures(): Promise<AppFigures> {
    const [outbox, reactions] = await Promise.all([this.#relay.figures(), this.#reactions.figures()]);
    return { outbox, ...reactions };
  }

  async settled(ms: number): Promise<boolean> {
    const until = performance.now() + ms;
    for (;;) {
      if ((await this.#isSent()) && (await this.#reactions.idle()) && (await this.#isSent())) return true;
      if (performance.now() >= until) return false;
      await wait(LOOK_MS);
    }
  }

  start(): void {
    const { logger } = this.#context;
    const context = { ...this.#context, service: this.service, signal: this.#stop.signal };
    const begin = async (): Promise<void> => this.#spec.start?.(context);
    this.#work = begin().catch((error: unknown) => {
      if (this.#stop.signal.aborted) return;
      this.#trouble = "its background work has failed";
      logger.error({ err: error }, "an app's background work has failed");
    });
  }

  async health(): ReturnType<NonNullable<AppSpec<unknown, RouteTable>["health"]>> {
    if (this.#trouble !== undefined) return { state: "degraded", reason: this.#trouble };
    return (await this.#spec.health?.(this.#context)) ?? { state: "ok" };
  }

  async quiet(): Promise<void> {
    this.#stop.abort();
    await Promise.all([this.#work, this.#reactions.stop()]);
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #close(): Promise<void> {
    await this.quiet();
    const until = performance.now() + FLUSH_MS;
    // Whoever waits for the end keeps the process until then.
    while (!(await this.#isSent()) && performance.now() < until) await wait(LOOK_MS);
    await this.#relay.close();
    await this.#database.close();
  }

  /** Nothing waits in the outbox but what was refused. */
  async #isSent(): Promise<boolean> {
    const { pending, leased } = await this.#relay.figures();
    return pending + leased === 0;
  }
}
