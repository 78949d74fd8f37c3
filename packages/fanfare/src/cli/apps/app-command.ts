import { Command, Option } from "commander";
import { readActor } from "../../apps/actor.ts";
import { specOf, type App } from "../../apps/app.ts";
import type { AppCli } from "../../apps/cli.ts";
import type { RouteTable, Service } from "../../apps/route.ts";
import { withServer } from "../options.ts";
import { runAction, type AppOptions } from "./app-run.ts";
import type { ConfiguredApps } from "./configured-apps.ts";

/** `fanfare <app>` with the commands that the app brings. */
export function appCommand(app: App, open: ConfiguredApps["open"]): Command {
  const program = new Command(app.name).description(`Commands of the app ${app.name}.`);
  const cli: AppCli<Service<RouteTable>> = {
    action:
      (work) =>
      async (...args) => {
        const command = args.at(-1);
        if (!(command instanceof Command)) throw new TypeError("cli.action: is for a command's action");
        await runAction({ app, open, options: optionsOf(command) }, (run) => work(run, ...args));
      },
  };
  specOf(app).commands?.(program, cli);
  for (const command of leaves(program)) withService(command);
  return program;
}

function leaves(command: Command): readonly Command[] {
  return command.commands.flatMap((one) => (one.commands.length === 0 ? [one] : leaves(one)));
}

function withService(command: Command): void {
  withServer(command)
    .option("--db <file>", "the log's file: work on it here, without a daemon")
    .addOption(
      new Option("--actor <type:name>", "who acts, where no token says it")
        .env("FANFARE_ACTOR")
        .argParser((text) => readActor(text, "--actor")),
    )
    .option("--config <file>", "configuration (default: fanfare.config.ts)");
}

/** An address that was exported is for the other commands; both typed contradict each other. */
function optionsOf(command: Command): AppOptions {
  const options = command.opts<AppOptions>();
  if (options.db !== undefined && command.getOptionValueSource("server") === "cli")
    command.error("error: --db and --server exclude each other");
  return options;
}
