import { isFanfareError, parseTopic, type Attributes, type EventInput } from "@fanfare/protocol";
import { v5 } from "uuid";
import { CliError, EXIT } from "./exit.ts";
import type { Row } from "./rows.ts";

/** What holds for rows that do not say otherwise. */
export interface RowDefaults {
  /** Wins over the row's own; without it each row must name one. */
  readonly topic: string | undefined;
  readonly type: string;
  readonly attributes: Attributes;
  /** Name of the input: the same row of the same input is the same event. */
  readonly run: string;
}

/** An event on its way to its topic. */
export interface Outgoing {
  readonly row: Row;
  readonly topic: string;
  readonly event: EventInput<unknown>;
}

/** Namespace of ids made from rows; any other UUID would do, but never a new one. */
const NAMESPACE = "7c1b43a4-9f3c-5f0e-8c55-0c2b9d6f3e11";

/**
 * The event of a row. One without an id gets a UUIDv5 of its input, its number and all that makes it that event, so that
 * publishing the input again adds nothing. Throws {@link CliError} that names the row.
 */
export function rowEvent(row: Row, defaults: RowDefaults): Outgoing {
  const fields = parseRow(row);
  const topic = topicOf(row, defaults.topic ?? fields["topic"]);
  const { id, type = defaults.type, time, attributes, data } = fields;
  const event = {
    type,
    ...(time === undefined ? {} : { time }),
    attributes: merged(defaults.attributes, attributes),
    ...(data === undefined ? {} : { data }),
  };
  const made = id ?? v5(JSON.stringify([defaults.run, row.number, topic, event]), NAMESPACE);
  return { row, topic, event: { id: made, ...event } as EventInput<unknown> };
}

function parseRow(row: Row): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(row.text);
  } catch (cause) {
    throw new CliError(EXIT.failed, `row ${row.number}: is not valid JSON`, { cause });
  }
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new CliError(EXIT.failed, `row ${row.number}: is not an object with type, data, attributes, …`);
  return value as Readonly<Record<string, unknown>>;
}

function topicOf(row: Row, topic: unknown): string {
  if (topic === undefined)
    throw new CliError(EXIT.failed, `row ${row.number}: names no topic, and neither does the command`);
  try {
    return parseTopic(topic);
  } catch (cause) {
    if (!isFanfareError(cause)) throw cause;
    throw new CliError(EXIT.failed, `row ${row.number}: ${cause.message}`, { cause });
  }
}

/** Attributes of a wrong shape go on as they are: the server says what is wrong with them. */
function merged(defaults: Attributes, own: unknown): unknown {
  if (own === undefined) return defaults;
  return typeof own === "object" && own !== null && !Array.isArray(own) ? { ...defaults, ...own } : own;
}
