import { randomBytes } from "node:crypto";
import { Command, Option } from "commander";
import type { Api } from "../client/api.ts";
import { follow } from "../client/following.ts";
import { CliError, EXIT } from "../exit.ts";
import { apiOf, toNumber, withServer, type ServerOptions } from "../options.ts";
import { createProgress, type Progress } from "../progress.ts";
import { counted, note, print, printJson, table } from "../terminal.ts";
import { rateOf, spreadOf, type Spread } from "../spread.ts";

interface BenchOptions extends ServerOptions {
  readonly events: number;
  readonly batch: number;
  readonly size: number;
  readonly publishers: number;
  readonly subscribers: number;
}

const EXAMPLES = `
Examples:
  $ fanfare bench
  $ fanfare bench --events 100000 --batch 100 --publishers 32 --subscribers 100
  $ fanfare bench --json | jq .delivered.perSecond

It publishes to a topic of its own, bench.<random>, over HTTP, and follows it over WebSockets. The events stay in the log.
Client and daemon share the machine here: the figures compare settings and disks, not products.`;

export function benchCommand(): Command {
  const number = (flag: string, words: string, value: number, max: number): Option =>
    new Option(`--${flag} <n>`, words).argParser(toNumber(1, max)).default(value);
  const command = new Command("bench")
    .summary("measure a daemon")
    .description("Measure a daemon for a few seconds: publishing until it is durable, and delivery to many.")
    .addOption(number("events", "events to publish", 10_000, 10_000_000))
    .addOption(number("batch", "events of one request", 10, 1_000))
    .addOption(number("size", "characters of an event's data", 128, 200_000))
    .addOption(number("publishers", "requests at the same time", 8, 1_000))
    .addOption(number("subscribers", "WebSockets that follow", 10, 1_000));
  return withServer(command).addHelpText("after", EXAMPLES).action(bench);
}

interface Report {
  readonly topic: string;
  readonly published: Figures & { readonly ackMs: Spread };
  readonly delivered: Figures & { readonly latencyMs: Spread };
}

interface Figures {
  readonly events: number;
  readonly seconds: number;
  readonly perSecond: number;
}

async function bench(options: BenchOptions): Promise<void> {
  const progress = process.stderr.isTTY ? createProgress(options.events * (1 + options.subscribers)) : undefined;
  try {
    const report = await measure(options, progress);
    progress?.stop();
    if (options.json === true) return printJson(report);
    print(table(["", "EVENTS", "PER SECOND", "P50 MS", "P99 MS", "MAX MS"], rowsOf(report)));
    note(
      `published to ${report.topic}, ${counted(options.publishers, "request")} of ${options.batch} at a time, ${counted(options.subscribers, "subscriber")}`,
    );
  } finally {
    progress?.stop();
  }
}

function rowsOf({ published, delivered }: Report): readonly (readonly (string | number)[])[] {
  const row = (
    name: string,
    { events, perSecond }: Figures,
    { p50, p99, max }: Spread,
  ): readonly (string | number)[] => [name, events, Math.round(perSecond), p50, p99, max];
  return [row("published", published, published.ackMs), row("delivered", delivered, delivered.latencyMs)];
}

/** Longest silence of a subscriber before the bench gives up. */
const SILENCE_MS = 30_000;

async function measure(options: BenchOptions, progress: Progress | undefined): Promise<Report> {
  const api = apiOf(options);
  const topic = `bench.${randomBytes(4).toString("hex")}`;
  const latencies: number[] = [];
  const stop = new AbortController();
  let done = 0;
  const step = (events: number, words: string): void => progress?.update((done += events), words);
  const subscribers = Array.from({ length: options.subscribers }, () =>
    subscriber({ api, topic, events: options.events, stop, took: (ms) => latencies.push(ms), step }),
  );
  const finished = Promise.all(subscribers.map((one) => one.finished));
  finished.catch(() => undefined);
  try {
    await Promise.race([Promise.all(subscribers.map((one) => one.open)), finished]);
    const start = performance.now();
    const ackMs = await publishAll(api, topic, options, step);
    const published = rateOf(options.events, performance.now() - start);
    await finished;
    const delivered = rateOf(latencies.length, performance.now() - start);
    return {
      topic,
      published: { ...published, ackMs: spreadOf(ackMs) },
      delivered: { ...delivered, latencyMs: spreadOf(latencies) },
    };
  } finally {
    stop.abort();
  }
}

interface SubscriberOptions {
  readonly api: Api;
  readonly topic: string;
  readonly events: number;
  readonly stop: AbortController;
  readonly took: (ms: number) => void;
  readonly step: (events: number, words: string) => void;
}

function subscriber({ api, topic, events, stop, took, step }: SubscriberOptions): {
  readonly open: Promise<void>;
  readonly finished: Promise<void>;
} {
  const open = Promise.withResolvers<void>();
  const finished = Promise.withResolvers<void>();
  let left = events;
  const patience = setTimeout(() => {
    finished.reject(new CliError(EXIT.failed, `${counted(left, "event")} not delivered within ${SILENCE_MS / 1000} s`));
  }, SILENCE_MS);
  const following = follow({
    api,
    topics: [topic],
    after: "now",
    signal: stop.signal,
    listener: {
      opened: () => open.resolve(),
      events(told) {
        patience.refresh();
        const now = performance.now();
        for (const { data } of told) took(now - (data as { readonly sent: number }).sent);
        left -= told.length;
        step(told.length, "delivering");
        if (left === 0) finished.resolve();
      },
      gap: () => undefined,
      signalled: () => undefined,
      lost: (reason) => finished.reject(new CliError(EXIT.failed, `a connection was lost: ${reason}`)),
    },
  });
  void following.then(() => finished.resolve(), finished.reject).finally(() => clearTimeout(patience));
  return { open: open.promise, finished: finished.promise };
}

/** Answers how long each request took, in milliseconds. */
async function publishAll(
  api: Api,
  topic: string,
  { events, batch, size, publishers }: BenchOptions,
  step: (events: number, words: string) => void,
): Promise<readonly number[]> {
  const pad = "x".repeat(size);
  const took: number[] = [];
  let left = events;
  const publisher = async (): Promise<void> => {
    while (left > 0) {
      const count = Math.min(batch, left);
      left -= count;
      const sent = performance.now();
      const body = Array.from({ length: count }, () => ({ type: "bench.tick", data: { sent, pad } }));
      await api.post(`api/v1/topics/${topic}/events`, body);
      took.push(performance.now() - sent);
      step(count, "publishing");
    }
  };
  await Promise.all(Array.from({ length: publishers }, publisher));
  return took;
}
