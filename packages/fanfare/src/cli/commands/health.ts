import { Command } from "commander";
import type { Health } from "../../contract/health.ts";
import { CliError, EXIT } from "../exit.ts";
import { apiOf, withServer, type ServerOptions } from "../options.ts";
import { paint, print, printJson } from "../terminal.ts";

const EXAMPLES = `
Examples:
  $ fanfare health
  $ fanfare health --json | jq .log.last
  $ fanfare health > /dev/null && echo fine

Exit code 0 when the daemon can do its work, 1 when it cannot, 3 when it is not there.`;

export function healthCommand(): Command {
  const command = new Command("health")
    .summary("ask a daemon how it is")
    .description("Ask a daemon how it is. Needs a grant of admin.");
  return withServer(command).addHelpText("after", EXAMPLES).action(health);
}

async function health(options: ServerOptions): Promise<void> {
  const { ok, document } = await apiOf(options).ask("api/v1/health");
  if (options.json === true) printJson(document);
  else print(words(document as Health));
  if (!ok) throw new CliError(EXIT.failed, "the daemon cannot do its work");
}

function words({ state, troubles, log, head, connections, subscriptions, stalled, totals }: Health): string {
  const lines: readonly (readonly [string, string])[] = [
    ["state", state],
    ...troubles.map(({ part, reason }) => ["", `${part}: ${reason}`] as const),
    [
      "log",
      `${log.capabilities.name}, epoch ${log.epoch}, positions ${log.first} to ${log.last}, sync ${log.capabilities.sync}`,
    ],
    ["told up to", String(head)],
    ["connections", `${connections}, ${stalled} stalled`],
    ["subscriptions", String(subscriptions)],
    ["published", `${totals.published}, and ${totals.duplicates} duplicates`],
    ["delivered", `${totals.delivered}, ${totals.dropped} dropped in ${totals.gaps} gaps`],
    ["signals", String(totals.signals)],
  ];
  return lines.map(([name, value]) => `${paint.dim(name.padEnd(14))} ${value}`).join("\n");
}
