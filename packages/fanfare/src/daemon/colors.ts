import picocolors from "picocolors";

/** Paints text, or leaves it as it is. */
export type Colors = ReturnType<typeof picocolors.createColors>;

/** Colours for a terminal that shows them and a person who wants them; none for a file or a pipe. */
export function colorsFor(stream: { readonly isTTY?: boolean }): Colors {
  const { NO_COLOR = "", TERM } = process.env;
  return picocolors.createColors(stream.isTTY === true && NO_COLOR === "" && TERM !== "dumb");
}
