/** Characters of an excerpt. */
const LENGTH = 200;

/** A piece of the text around the first of the words that stands in it, on one line. */
export function excerpt(text: string, query: string): string {
  const lower = text.toLowerCase();
  const places = query
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== "")
    .map((word) => lower.indexOf(word))
    .filter((place) => place >= 0);
  const middle = places.length === 0 ? 0 : Math.min(...places);
  const begin = Math.max(0, Math.min(middle - LENGTH / 4, text.length - LENGTH));
  const piece = text
    .slice(begin, begin + LENGTH)
    .toWellFormed()
    .replaceAll(/\s+/g, " ")
    .trim();
  return `${begin > 0 ? "…" : ""}${piece}${begin + LENGTH < text.length ? "…" : ""}`;
}
