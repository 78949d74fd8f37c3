import { Writable } from "node:stream";
import pino, { type Logger } from "pino";
import { colorsFor } from "./colors.ts";
import type { Settings } from "./settings.ts";

export type { Logger } from "pino";

/** Structured lines to standard error; JSON, or for people where `pretty` or a terminal asks for it. */
export function createLogger({ level, pretty }: Settings["logging"]): Logger {
  const people = pretty ?? process.stderr.isTTY;
  // Written at once and in order: a line that explains an end must not be lost by it.
  const stream = people ? prettyStream(process.stderr) : pino.destination({ dest: 2, sync: true });
  return pino(
    { level, base: null, timestamp: pino.stdTimeFunctions.isoTime, formatters: { level: nameLevel } },
    stream,
  );
}

function nameLevel(label: string): { readonly level: string } {
  return { level: label };
}

interface Line {
  readonly level: string;
  readonly time: string;
  readonly msg?: string;
  readonly [name: string]: unknown;
}

/** Turns pino's JSON into `12:00:00.000 info  text name=value`. */
export function prettyStream(target: NodeJS.WritableStream & { readonly isTTY?: boolean }): Writable {
  const colors = colorsFor(target);
  return new Writable({
    decodeStrings: false,
    write(line: string, _encoding, done) {
      const { level, time, msg, ...rest } = JSON.parse(line) as Line;
      const paint = { warn: colors.yellow, error: colors.red, fatal: colors.red }[level] ?? colors.cyan;
      const more = Object.entries(rest).map(([name, value]) => colors.dim(` ${name}=${shown(value)}`));
      target.write(`${colors.dim(time.slice(11, 23))} ${paint(level.padEnd(5))} ${msg ?? ""}${more.join("")}\n`);
      done();
    },
  });
}

function shown(value: unknown): string {
  if (typeof value === "object" && value !== null && "message" in value) return JSON.stringify(value.message);
  return typeof value === "string" && /^\S+$/.test(value) ? value : JSON.stringify(value);
}
