import { isFanfareError } from "@fanfare/protocol";
import { Command, CommanderError } from "commander";
import { ConfigError } from "../daemon/config-error.ts";
import { DaemonError } from "../daemon/daemon-error.ts";
import { version } from "../daemon/version.ts";
import { benchCommand } from "./commands/bench.ts";
import { connectionsCommand } from "./commands/connections.ts";
import { healthCommand } from "./commands/health.ts";
import { appCommand } from "./apps/app-command.ts";
import { configuredApps, type ConfiguredApps } from "./apps/configured-apps.ts";
import { logCommand } from "./commands/log.ts";
import { outboxCommand } from "./commands/outbox.ts";
import { publishCommand } from "./commands/publish.ts";
import { reactionsCommand } from "./commands/reactions.ts";
import { serveCommand } from "./commands/serve.ts";
import { tailCommand } from "./commands/tail.ts";
import { tokenCommand } from "./commands/token.ts";
import { topicsCommand } from "./commands/topics.ts";
import { CliError, EXIT, type Exit } from "./exit.ts";
import { note, paintError } from "./terminal.ts";

const EXAMPLES = `
Examples:
  $ fanfare serve                                     start a daemon on 127.0.0.1:3001
  $ fanfare tail 'orders.>'                           follow topics
  $ fanfare publish orders.eu '{"total":12}' --type order.paid
  $ fanfare help publish                              all about one command

Exit codes: 0 done, 1 failed, 2 wrong usage, 3 server not reached, 130 interrupted.`;

/** Runs one command line; answers its exit code and never rejects. */
export async function runCli(words: readonly string[]): Promise<Exit> {
  try {
    const own = ownCommands();
    const apps = await configuredApps(words, new Set(own.map((command) => command.name())));
    await createProgram(own, apps).parseAsync(words, { from: "user" });
    return EXIT.done;
  } catch (error) {
    return tell(error, words.includes("--json"));
  }
}

function createProgram(own: readonly Command[], { apps, open }: ConfiguredApps): Command {
  const program = new Command("fanfare")
    .description("A durable real-time event hub: publish, follow and look after a daemon.")
    .version(version(), "--version", "print the version")
    .helpCommand("help [command]", "print the help of a command")
    .addHelpText("after", EXAMPLES);
  for (const command of [...own, ...apps.map((app) => appCommand(app, open))]) program.addCommand(command);
  for (const command of withAll(program)) command.exitOverride().configureHelp({ helpWidth: 110 });
  return program;
}

function ownCommands(): readonly Command[] {
  return [
    serveCommand(),
    publishCommand(),
    tailCommand(),
    topicsCommand(),
    connectionsCommand(),
    healthCommand(),
    tokenCommand(),
    logCommand(),
    outboxCommand(),
    reactionsCommand(),
    benchCommand(),
  ];
}

function withAll(command: Command): readonly Command[] {
  return [command, ...command.commands.flatMap(withAll)];
}

function tell(error: unknown, json: boolean): Exit {
  // Commander has said what it had to say.
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage;
  const line = (words: string): void => note(`${paintError.red("fanfare:")} ${words}`);
  if (error instanceof CliError) {
    if (json && error.problem !== undefined) note(JSON.stringify(error.problem));
    else line(error.message);
    return error.exit;
  }
  if (error instanceof ConfigError) {
    line(error.message);
    return error.source.kind === "call" ? EXIT.usage : EXIT.failed;
  }
  if (isFanfareError(error)) {
    line(error.message);
    // What a person gave is judged by the protocol's own words; what a file or disk did is nobody's usage.
    return error.status < 500 ? EXIT.usage : EXIT.failed;
  }
  if (error instanceof DaemonError) {
    line(error.message);
    return EXIT.failed;
  }
  line(error instanceof Error ? (error.stack ?? error.message) : String(error));
  return EXIT.failed;
}
