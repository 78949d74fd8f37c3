import { colorsFor, type Colors } from "../daemon/colors.ts";

/** Colours of what goes to standard output and to standard error, each by its own nature. */
export const paint: Colors = colorsFor(process.stdout);
export const paintError: Colors = colorsFor(process.stderr);

/** A line of the answer. */
export function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** A line about the work: never part of the answer, so that the answer can be piped. */
export function note(line: string): void {
  process.stderr.write(`${line}\n`);
}

/** A document of the answer, on one line. */
export function printJson(document: unknown): void {
  print(JSON.stringify(document));
}

/** The reader of a pipe may leave when it has seen enough, as `head` does: that is an end, not a failure. */
export function endWithReader(): void {
  for (const stream of [process.stdout, process.stderr])
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code !== "EPIPE") throw error;
      process.exit();
    });
}

/**
 * Foreign text for a terminal: what could move its cursor or turn its writing around is shown by its number.
 * JSON has escaped the first 32 characters already.
 */
export function harmless(json: string): string {
  return json.replaceAll(
    /[\u007F-\u009F\u200E\u200F\u2028-\u202E\u2066-\u2069]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** @example counted(1, "event") // "1 event" */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

/** Columns under their titles, as wide as they need. Numbers stand to the right. */
export function table(titles: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const widths = titles.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => String(row[column] ?? "").length)),
  );
  const line = (cells: readonly (string | number)[]): string =>
    cells
      .map((cell, column) => {
        const width = widths[column] ?? 0;
        return typeof cell === "number" ? String(cell).padStart(width) : cell.padEnd(width);
      })
      .join("  ")
      .trimEnd();
  return [paint.bold(line(titles)), ...rows.map(line)].join("\n");
}
