import { Command } from "commander";
import type { ConnectionInfo } from "../../core/hub.ts";
import { apiOf, withServer, type ServerOptions } from "../options.ts";
import { note, print, printJson, table } from "../terminal.ts";

interface ConnectionsList {
  readonly connections: readonly ConnectionInfo[];
}

const EXAMPLES = `
Examples:
  $ fanfare connections
  $ fanfare connections --json | jq '.connections[] | select(.stalledSince)'`;

export function connectionsCommand(): Command {
  const command = new Command("connections")
    .summary("list the open connections")
    .description("List who is connected, what they follow and how far they are behind. Needs a grant of admin.");
  return withServer(command).addHelpText("after", EXAMPLES).action(connections);
}

async function connections(options: ServerOptions): Promise<void> {
  const answer = (await apiOf(options).get("api/v1/connections")) as ConnectionsList;
  if (options.json === true) return printJson(answer);
  if (answer.connections.length === 0) return note("nobody is connected");
  print(
    table(
      ["CONNECTION", "TRANSPORT", "SUB", "PROFILE", "STATE", "LAG", "DROPPED", "TOPICS"],
      answer.connections.map(rowOf),
    ),
  );
}

function rowOf({
  connection,
  transport,
  sub,
  profile,
  stalledSince,
  subscriptions,
}: ConnectionInfo): readonly (string | number)[] {
  const lag = Math.max(0, ...subscriptions.map((one) => one.lag));
  const dropped = subscriptions.reduce((sum, one) => sum + one.dropped, 0);
  const behind = subscriptions.some(({ state }) => state === "catching-up") ? "catching up" : "live";
  const topics = [...new Set(subscriptions.flatMap((one) => one.topics))].join(" ");
  return [
    connection,
    transport,
    sub === "" ? "-" : sub,
    profile,
    stalledSince === undefined ? behind : "stalled",
    lag,
    dropped,
    topics,
  ];
}
