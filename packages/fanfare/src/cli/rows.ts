import { CliError, EXIT } from "./exit.ts";

/** A row of NDJSON input. */
export interface Row {
  /** From 1; empty lines are counted, so that it is the line's number. */
  readonly number: number;
  readonly text: string;
  /** Bytes of input up to the end of this row. */
  readonly offset: number;
}

/** No row of events is longer; without an end a line would fill the memory. */
const MAX_ROW_BYTES = 4 * 1024 * 1024;

const NEWLINE = 0x0a;

/**
 * The lines of a byte stream that hold something, one at a time: the stream is read only as fast as they are taken.
 * Throws {@link CliError} for a row that is too long or not UTF-8.
 */
export async function* readRows(input: AsyncIterable<Uint8Array>): AsyncGenerator<Row, void, undefined> {
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: false });
  let rest: Uint8Array[] = [];
  let number = 0;
  let offset = 0;
  const finish = (last: Uint8Array): Row | undefined => {
    number += 1;
    const bytes = Buffer.concat([...rest, last]);
    rest = [];
    const text = decode(decoder, bytes, number).trim();
    return text === "" ? undefined : { number, text, offset };
  };
  for await (const chunk of input) {
    let from = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, from)) {
      offset += end + 1 - from;
      const row = finish(chunk.subarray(from, end));
      from = end + 1;
      if (row !== undefined) yield row;
    }
    rest.push(chunk.subarray(from));
    offset += chunk.length - from;
    if (size(rest) > MAX_ROW_BYTES)
      throw new CliError(EXIT.failed, `row ${number + 1}: has more than ${MAX_ROW_BYTES} bytes`);
  }
  const row = finish(new Uint8Array());
  if (row !== undefined) yield row;
}

function size(parts: readonly Uint8Array[]): number {
  return parts.reduce((sum, part) => sum + part.length, 0);
}

function decode(decoder: TextDecoder, bytes: Uint8Array, number: number): string {
  try {
    return decoder.decode(bytes);
  } catch (cause) {
    throw new CliError(EXIT.failed, `row ${number}: is not valid UTF-8`, { cause });
  }
}
