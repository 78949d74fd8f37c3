import type { TopicStats } from "../../core/ports/log.ts";
import { Argument, Command } from "commander";
import type { Api } from "../client/api.ts";
import { apiOf, collect, toPattern, withServer, type ServerOptions } from "../options.ts";
import { note, print, printJson, table } from "../terminal.ts";

interface TopicsPage {
  readonly topics: readonly TopicStats[];
}

const EXAMPLES = `
Examples:
  $ fanfare topics
  $ fanfare topics 'forum.>' 'chat.*'
  $ fanfare topics --json | jq '.topics[].topic'`;

export function topicsCommand(): Command {
  const command = new Command("topics")
    .summary("list the topics")
    .description("List the topics that hold events, with counts and bounds.")
    .addArgument(new Argument("[patterns...]", "which topics (default: all)").argParser(collect(toPattern)));
  return withServer(command)
    .addHelpText("after", EXAMPLES)
    .action((patterns: readonly string[], options: ServerOptions) => topics(patterns, options));
}

async function topics(patterns: readonly string[], options: ServerOptions): Promise<void> {
  const rows: (readonly (string | number)[])[] = [];
  for await (const page of pages(apiOf(options), patterns)) {
    if (options.json === true) printJson(page);
    for (const { topic, events, bytes, first, last } of page.topics) rows.push([topic, events, bytes, first, last]);
  }
  if (options.json === true) return;
  if (rows.length === 0) note("no topics yet");
  else print(table(["TOPIC", "EVENTS", "BYTES", "FIRST", "LAST"], rows));
}

const PAGE = 1_000;

async function* pages(api: Api, patterns: readonly string[]): AsyncGenerator<TopicsPage, void, undefined> {
  const query = new URLSearchParams([["limit", String(PAGE)], ...patterns.map((pattern) => ["topic", pattern])]);
  for (;;) {
    const page = (await api.get("api/v1/topics", query)) as TopicsPage;
    yield page;
    const last = page.topics.at(-1);
    if (last === undefined || page.topics.length < PAGE) return;
    query.set("after", last.topic);
  }
}
