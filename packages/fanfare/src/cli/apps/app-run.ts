import { FanfareError, isFanfareError } from "@fanfare/protocol";
import type { Actor } from "../../apps/actor.ts";
import type { App } from "../../apps/app.ts";
import type { CommandRun, Where } from "../../apps/cli.ts";
import { remoteService, UnreachedError } from "../../apps/remote-service.ts";
import type { RouteTable, Service } from "../../apps/route.ts";
import { CliError, EXIT } from "../exit.ts";
import type { ServerOptions } from "../options.ts";
import { harmless, note, print, printJson, table } from "../terminal.ts";
import type { ConfiguredApps } from "./configured-apps.ts";
import { Interrupt } from "./interrupt.ts";

export interface AppOptions extends ServerOptions {
  readonly db?: string;
  readonly actor?: Actor;
}

interface Asked {
  readonly app: App;
  readonly open: ConfiguredApps["open"];
  readonly options: AppOptions;
}

type Run = CommandRun<Service<RouteTable>>;

/** Opens the service where the options say it is, runs the work, and closes. Throws {@link CliError}. */
export async function runAction(asked: Asked, work: (run: Run) => Promise<void>): Promise<void> {
  using interrupt = new Interrupt();
  try {
    await using place = await openPlace(asked);
    const { actor, json = false } = asked.options;
    const { service, where } = place;
    const run: Run = {
      service,
      where,
      caller: { actor },
      json,
      signal: interrupt.signal,
      print,
      printJson,
      note,
      plain: (text) => harmless(JSON.stringify(text)).slice(1, -1),
      table,
    };
    await interrupt.race(work(run));
  } catch (error) {
    throw toCliError(error);
  }
}

interface Place extends AsyncDisposable {
  readonly service: Service<RouteTable>;
  readonly where: Where;
}

async function openPlace({ app, open, options }: Asked): Promise<Place> {
  const { server: url, token, db } = options;
  if (db !== undefined) {
    // Loaded here: a command that asks a daemon needs no database.
    const { openLocally } = await import("../../daemon/local-app.ts");
    const { service, hub, close } = await openLocally(app, await open(db));
    return { service, where: { kind: "local", hub }, [Symbol.asyncDispose]: close };
  }
  return {
    service: remoteService(app, { url, token }),
    where: { kind: "remote", url, token },
    [Symbol.asyncDispose]: async () => undefined,
  };
}

function toCliError(error: unknown): unknown {
  if (error instanceof UnreachedError) return new CliError(EXIT.unreached, error.message, { cause: error });
  if (!isFanfareError(error)) return error;
  const { code, message } = error;
  // What was typed does not have its form: that is usage. Everything else is what came of it.
  const exit = error.status === 400 ? EXIT.usage : EXIT.failed;
  const problem = new FanfareError(code, message).toProblem();
  return new CliError(exit, `${code}: ${message}`, { problem, cause: error });
}
