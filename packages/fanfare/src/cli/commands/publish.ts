import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import type { PublishResult } from "@fanfare/protocol";
import { Command, Option } from "commander";
import { v7 } from "uuid";
import { batches } from "../batches.ts";
import { apiOf, collect, toPair, toTopic, withServer, type ServerOptions } from "../options.ts";
import { CliError, EXIT } from "../exit.ts";
import { createProgress, type Progress } from "../progress.ts";
import { Publisher } from "../publisher.ts";
import { rowEvent, type Outgoing } from "../row-event.ts";
import { readRows } from "../rows.ts";
import { counted, note, print, printJson } from "../terminal.ts";

interface PublishOptions extends ServerOptions {
  readonly type: string;
  readonly id?: string;
  readonly attr?: readonly (readonly [name: string, value: string])[];
  readonly file?: string;
  readonly run?: string;
}

const EXAMPLES = `
Examples:
  $ fanfare publish orders.eu '{"total":12}' --type order.paid --attr customer=c1
  $ fanfare publish chat.lobby '"hello"'
  $ fanfare publish orders.eu --file orders.ndjson
  $ zcat events.ndjson.gz | fanfare publish            rows that name their topics

Without DATA the events come from --file or standard input as NDJSON: each row is a whole event,
{"type":…, "data":…, "id":…, "time":…, "attributes":{…}, "topic":…}, all but the braces optional. TOPIC wins over the row's.
A row without id gets one made of the input's name, its number and its content. After an interruption run the same command
again: what is there already is not published twice. To publish the same rows as new events, give the input another --run.`;

export function publishCommand(): Command {
  const command = new Command("publish")
    .summary("publish one event, or a file of them")
    .description("Publish an event, or many from a file or standard input.")
    .argument("[topic]", "where to publish; optional when the rows say it", toTopic)
    .argument("[data]", "the event's data as JSON")
    .option("--type <type>", "the event's type, and that of rows without one", "message")
    .addOption(
      new Option("--attr <name=value>", "an attribute, also of rows without it (repeatable)").argParser(
        collect(toPair),
      ),
    )
    .option("--id <id>", "the event's id: publishing it again adds nothing")
    .option("--file <path>", 'NDJSON to publish; "-" is standard input')
    .option("--run <name>", "name of the input, by default its path");
  return withServer(command)
    .addHelpText("after", EXAMPLES)
    .action((topic: string | undefined, data: string | undefined, options: PublishOptions) =>
      data === undefined ? publishRows(topic, options) : publishOne(String(topic), data, options),
    );
}

async function publishOne(topic: string, data: string, options: PublishOptions): Promise<void> {
  if (options.file !== undefined) throw new CliError(EXIT.usage, "DATA and --file exclude each other");
  if (options.run !== undefined) throw new CliError(EXIT.usage, "DATA and --run exclude each other: give it an --id");
  const event = {
    id: options.id ?? v7(),
    type: options.type,
    attributes: Object.fromEntries(options.attr ?? []),
    data: parseData(data),
  };
  const row = { number: 0, text: data, offset: 0 };
  const tally = new Tally(options);
  await new Publisher(apiOf(options)).publish([{ row, topic, event }], (result) => tally.add(result));
  tally.sum();
}

function parseData(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new CliError(EXIT.usage, `DATA is not valid JSON: ${text.slice(0, 80)} (a text needs quotes: '"text"')`, {
      cause,
    });
  }
}

async function publishRows(topic: string | undefined, options: PublishOptions): Promise<void> {
  if (options.id !== undefined) throw new CliError(EXIT.usage, "--id needs DATA: rows bring their own ids");
  const input = await openInput(options);
  const events = toEvents(input.stream, {
    topic,
    type: options.type,
    attributes: Object.fromEntries(options.attr ?? []),
    run: options.run ?? input.name,
  });
  const publisher = new Publisher(apiOf(options));
  const tally = new Tally(options);
  const progress = process.stderr.isTTY ? createProgress(input.bytes) : undefined;
  const interrupted = (): never => {
    progress?.stop();
    note(`${tally.words()} before the interrupt; the same command goes on where it ended.`);
    process.exit(EXIT.interrupted);
  };
  process.once("SIGINT", interrupted);
  try {
    for await (const batch of batches(events)) {
      await publisher.publish(batch, (result) => tally.add(result));
      tally.show(progress, batch.at(-1)?.row.offset ?? 0);
    }
  } catch (error) {
    progress?.stop();
    if (tally.events > 0) note(`${tally.words()} before this; the same command goes on where it ended.`);
    throw error;
  }
  progress?.stop();
  process.off("SIGINT", interrupted);
  if (tally.events === 0 && options.file === undefined)
    throw new CliError(EXIT.usage, "nothing to publish: there is no DATA, and no row on standard input");
  tally.sum();
}

async function* toEvents(
  stream: AsyncIterable<Uint8Array>,
  defaults: Parameters<typeof rowEvent>[1],
): AsyncGenerator<Outgoing, void, undefined> {
  for await (const row of readRows(stream)) yield rowEvent(row, defaults);
}

interface Input {
  readonly stream: AsyncIterable<Uint8Array>;
  readonly name: string;
  readonly bytes: number | undefined;
}

async function openInput({ file }: PublishOptions): Promise<Input> {
  if (file === undefined && process.stdin.isTTY)
    throw new CliError(EXIT.usage, "nothing to publish: give DATA, --file, or rows on standard input");
  if (file === undefined || file === "-") return { stream: process.stdin, name: "-", bytes: undefined };
  const path = resolve(file);
  const found = await stat(path).catch((cause: NodeJS.ErrnoException) => {
    throw new CliError(EXIT.failed, `${path}: ${cause.code === "ENOENT" ? "there is no such file" : cause.message}`, {
      cause,
    });
  });
  if (found.isDirectory()) throw new CliError(EXIT.failed, `${path}: is a folder`);
  return {
    stream: createReadStream(path, { highWaterMark: 1024 * 1024 }),
    name: path,
    bytes: found.isFile() ? found.size : undefined,
  };
}

/** What became of the events so far. */
class Tally {
  readonly #json: boolean;
  #added = 0;
  #duplicates = 0;
  #cursor = "";

  constructor({ json = false }: PublishOptions) {
    this.#json = json;
  }

  get events(): number {
    return this.#added + this.#duplicates;
  }

  add(result: PublishResult): void {
    const duplicates = result.events.filter(({ duplicate }) => duplicate).length;
    this.#duplicates += duplicates;
    this.#added += result.events.length - duplicates;
    this.#cursor = result.cursor;
    if (this.#json) printJson(result);
  }

  show(progress: Progress | undefined, offset: number): void {
    progress?.update(offset, counted(this.events, "event"));
  }

  words(): string {
    const duplicates = counted(this.#duplicates, "duplicate");
    return `published ${counted(this.events, "event")}: ${this.#added} new, ${duplicates}`;
  }

  sum(): void {
    const at = this.#cursor === "" ? "" : `, up to ${this.#cursor}`;
    const tell = this.#json ? note : print;
    tell(`${this.words()}${at}`);
  }
}
