import type { AttributeValue } from "@fanfare/protocol";
import { Fault } from "./fault.ts";

/** One `name=value` of a text field; quotes keep a value text that would be read as a number or boolean. */
interface Pair {
  readonly name: string;
  readonly value: string;
  readonly quoted: boolean;
}

const PAIR = /\s*(?<name>[^=,\s]*)\s*(?<equals>=?)\s*(?:"(?<quoted>(?:[^"\\]|\\.)*)"|(?<plain>(?!")[^,]*?))\s*(?:,|$)/y;

/** Attributes as a filter compares them: by their text. Throws {@link Fault}. */
export function readTerms(text: string): Readonly<Record<string, string>> {
  return Object.fromEntries(readPairs(text).map(({ name, value }) => [name, value]));
}

/** Attributes of an event: `true`, `false` and numbers are what they look like, unless quoted. Throws {@link Fault}. */
export function readAttributes(text: string): Readonly<Record<string, AttributeValue>> {
  return Object.fromEntries(
    readPairs(text).map(({ name, value, quoted }) => [name, quoted ? value : valueOf(value)] as const),
  );
}

function valueOf(text: string): AttributeValue {
  if (text === "true" || text === "false") return text === "true";
  const number = Number(text);
  // Only what is written back as it was: "007" and "1e3" stay texts.
  return String(number) === text && Number.isFinite(number) ? number : text;
}

function readPairs(text: string): readonly Pair[] {
  const pairs: Pair[] = [];
  const rest = text.trim().replace(/,$/, "");
  PAIR.lastIndex = 0;
  while (PAIR.lastIndex < rest.length) {
    const at = PAIR.lastIndex;
    const { name = "", equals, quoted, plain = "" } = PAIR.exec(rest)?.groups ?? {};
    if (equals !== "=" || name === "") {
      const part = JSON.stringify(rest.slice(at, at + 40).trim());
      throw new Fault("attributes", `${part} is not name=value; write for example region=eu, total=12`);
    }
    pairs.push({ name, value: quoted?.replaceAll(/\\(.)/g, "$1") ?? plain, quoted: quoted !== undefined });
  }
  return pairs;
}
