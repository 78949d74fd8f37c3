/**
 * Stands exactly once in the data of each event and nowhere else in what a server sends, so that counting this byte
 * counts events in every wire format, without parsing any.
 */
export const MARK = "^";
export const MARK_BYTE: number = MARK.charCodeAt(0);

/** Microseconds of the clock that all processes of a machine share. */
export function clock(): number {
  const [seconds, nanoseconds] = process.hrtime();
  return seconds * 1e6 + Math.floor(nanoseconds / 1000);
}

/** JSON of exactly `bytes` bytes (at least 40) that says when it was due to be sent. */
export function dataOf(due: number, bytes: number): string {
  const head = `{"t":${Math.round(due)},"p":"${MARK}`;
  return `${head.padEnd(bytes - 2, "x")}"}`;
}

const DUE = /"t":(\d+),/g;

/** The due times in a piece of what a server sent; a time that the piece cuts in two is left out. */
export function duesIn(text: string): number[] {
  return Array.from(text.matchAll(DUE), (match) => Number(match[1]));
}
