import type { FanfareEvent, Filter, Gap, Signal } from "@fanfare/protocol";
import { Argument, Command, Option } from "commander";
import { follow } from "../client/following.ts";
import { filterOf, type FilterOptions } from "../filter-options.ts";
import {
  apiOf,
  collect,
  toAfter,
  toFilter,
  toNumber,
  toPair,
  toPattern,
  withServer,
  type ServerOptions,
} from "../options.ts";
import { harmless, note, paint, paintError, print, printJson } from "../terminal.ts";

interface TailOptions extends ServerOptions, FilterOptions {
  readonly after: string;
  readonly profile?: string;
  readonly count?: number;
}

const EXAMPLES = `
Examples:
  $ fanfare tail                                      everything from now on
  $ fanfare tail 'github.>' --after start             the whole log of these topics, then what comes
  $ fanfare tail orders.eu --type order.paid --attr region=eu --attr region=uk
  $ fanfare tail 'orders.>' --filter '{"not":{"prefix":{"type":"order.draft"}}}'
  $ fanfare tail --json --count 10 | jq .data         ten events as JSON, then the end

A lost connection comes back by itself and goes on where it was. What the daemon cannot give any more is told as a gap.`;

export function tailCommand(): Command {
  const command = new Command("tail")
    .summary("follow topics")
    .description("Follow topics: print events as they come, over any number of connections.")
    .addArgument(new Argument("[topics...]", 'topics or patterns (default: ">")').argParser(collect(toPattern)))
    .addOption(
      new Option("--after <place>", "where to begin: start, now or a cursor").argParser(toAfter).default("now"),
    )
    .addOption(new Option("--filter <json>", "a filter of the protocol").argParser<Filter>(toFilter))
    .addOption(
      new Option("--attr <name=value>", "only events with this attribute (repeatable)").argParser(collect(toPair)),
    )
    .addOption(new Option("--type <type>", "only events of this type (repeatable)").argParser(collect(String)))
    .option("--profile <name>", "the profile to ask for")
    .addOption(new Option("--count <n>", "end after so many events").argParser(toNumber(1)));
  return withServer(command)
    .addHelpText("after", EXAMPLES)
    .action((topics: readonly string[], options: TailOptions) => tail(topics.length === 0 ? [">"] : topics, options));
}

async function tail(topics: readonly string[], options: TailOptions): Promise<void> {
  const stop = new AbortController();
  process.once("SIGINT", () => stop.abort()).once("SIGTERM", () => stop.abort());
  const printer = options.json === true ? jsonPrinter : plainPrinter;
  let left = options.count ?? Number.POSITIVE_INFINITY;
  await follow({
    api: apiOf(options),
    profile: options.profile,
    topics,
    filter: filterOf(options),
    after: options.after,
    signal: stop.signal,
    listener: {
      events(events) {
        for (const event of events.slice(0, left)) printer.event(event);
        left -= events.length;
        if (left <= 0) stop.abort();
      },
      gap: (gap) => printer.gap(gap),
      signalled: (signal) => printer.signal(signal),
      lost: (reason) => note(paintError.dim(`· connection lost (${reason}), coming back`)),
      opened(cursor, again) {
        if (again) note(paintError.dim(`· resumed at ${cursor}`));
      },
    },
  });
}

interface Printer {
  event(event: FanfareEvent): void;
  gap(gap: Gap): void;
  signal(signal: Signal): void;
}

/** Standard output holds events alone; a gap is told beside them. */
const jsonPrinter: Printer = {
  event: printJson,
  gap: (gap) => note(JSON.stringify({ gap })),
  signal: () => undefined,
};

const plainPrinter: Printer = {
  event({ position, topic, type, time, attributes, data }) {
    const lead = `${paint.dim(`#${position} ${time}`)} ${paint.cyan(topic)} ${paint.bold(type)}`;
    print(`${lead}${named(attributes)} ${content(data)}`);
  },
  gap({ reason, from, to, dropped, atLeast }) {
    const range = from === undefined ? "" : ` (${from}, ${to}]`;
    const count = dropped ?? (atLeast === undefined ? undefined : `at least ${atLeast}`);
    print(
      paint.yellow(
        `! gap: ${reason}${range}${count === undefined ? "" : `, ${count === 1 ? "1 event" : `${count} events`} missing`}`,
      ),
    );
  },
  signal({ topic, type, time, attributes, data }) {
    print(`${paint.dim(`~ ${time}`)} ${paint.magenta(topic)} ${paint.bold(type)}${named(attributes)} ${content(data)}`);
  },
};

function named(attributes: FanfareEvent["attributes"]): string {
  return Object.entries(attributes)
    .map(([name, value]) => {
      const plain = /^[\w./:@-]+$/.test(String(value));
      return ` ${paint.green(name)}=${plain ? String(value) : harmless(JSON.stringify(value))}`;
    })
    .join("");
}

/** On a terminal a line should stay one; in a file nothing may be missing. */
function content(data: unknown): string {
  const text = harmless(JSON.stringify(data));
  return process.stdout.isTTY && text.length > 200 ? `${text.slice(0, 200)}…` : text;
}
