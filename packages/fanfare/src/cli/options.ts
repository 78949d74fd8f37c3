import { isFanfareError, parseFilter, parsePattern, parseTopic, parseCursor, type Filter } from "@fanfare/protocol";
import { InvalidArgumentError, Option, type Command } from "commander";
import { createApi, type Api } from "./client/api.ts";

/** Options of every command that talks to a daemon. */
export interface ServerOptions {
  readonly server: URL;
  readonly token?: string;
  readonly json?: boolean;
}

export const DEFAULT_SERVER = "http://127.0.0.1:3001";

export function withServer(command: Command): Command {
  return command
    .addOption(
      new Option("--server <url>", "the daemon's address")
        .env("FANFARE_URL")
        .default(new URL(DEFAULT_SERVER), DEFAULT_SERVER)
        .argParser(toServer),
    )
    .addOption(new Option("--token <token>", "credential, where the daemon asks for one").env("FANFARE_TOKEN"))
    .option("--json", "print the API's documents, one on a line");
}

export function apiOf({ server, token }: ServerOptions): Api {
  return createApi(server, token === "" ? undefined : token);
}

/** A parser of the protocol as commander wants one: what it does not take is a wrong usage. */
function checked<Value>(parse: (text: string) => Value): (text: string) => Value {
  return (text) => {
    try {
      return parse(text);
    } catch (error) {
      if (isFanfareError(error)) throw new InvalidArgumentError(error.message);
      if (error instanceof SyntaxError) throw new InvalidArgumentError(`Not valid JSON: ${error.message}`);
      throw error;
    }
  };
}

export const toTopic: (text: string) => string = checked((text) => parseTopic(text));

export const toPattern: (text: string) => string = checked((text) => parsePattern(text));

export const toFilter: (text: string) => Filter = checked((text) => parseFilter(JSON.parse(text)));

export function toAfter(text: string): string {
  if (text === "start" || text === "now") return text;
  try {
    return parseCursor(text) && text;
  } catch (error) {
    if (!isFanfareError(error)) throw error;
    throw new InvalidArgumentError(`Expected start, now or a cursor: ${error.message}`);
  }
}

/** For an option that may be given several times. */
export function collect<Value>(
  parse: (text: string) => Value,
): (text: string, before: readonly Value[] | undefined) => readonly Value[] {
  return (text, before = []) => [...before, parse(text)];
}

export function toNumber(min: number, max: number = Number.MAX_SAFE_INTEGER): (text: string) => number {
  return (text) => {
    const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
    if (!(value >= min && value <= max))
      throw new InvalidArgumentError(
        `Expected a whole number from ${min}${max === Number.MAX_SAFE_INTEGER ? "" : ` to ${max}`}.`,
      );
    return value;
  };
}

/** @example toPair("region=eu") // ["region", "eu"] */
export function toPair(text: string): readonly [name: string, value: string] {
  const at = text.indexOf("=");
  if (at < 1) throw new InvalidArgumentError("Expected NAME=VALUE.");
  return [text.slice(0, at), text.slice(at + 1)];
}

const UNITS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Milliseconds of `90s`, `15m`, `12h`, `30d`. */
export function toDuration(text: string): number {
  const [, digits, unit = ""] = /^([1-9]\d{0,8})([smhd])$/.exec(text) ?? [];
  const factor = UNITS[unit];
  if (digits === undefined || factor === undefined)
    throw new InvalidArgumentError("Expected a number with s, m, h or d, such as 12h.");
  return Number(digits) * factor;
}

function toServer(text: string): URL {
  const url = URL.parse(text);
  if (url === null || (url.protocol !== "http:" && url.protocol !== "https:"))
    throw new InvalidArgumentError(`Expected an http or https address, such as ${DEFAULT_SERVER}.`);
  return url;
}
