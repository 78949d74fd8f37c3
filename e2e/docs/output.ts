/** What differs from run to run as documents write it, each with the pattern that it stands for. */
const VARYING: readonly (readonly [written: string, pattern: string])[] = [
  [String.raw`\d{4}-\d\d-\d\dT[\d:.]+Z`, String.raw`\d{4}-\d\d-\d\dT[\d:.]+Z`],
  [String.raw`[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}`, String.raw`[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}`],
  // A document's log is called k3x; a scope has 8 digits there.
  [String.raw`\bk3x\b`, "[a-z0-9]{1,32}"],
  [String.raw`\b9f2c61d0\b`, "[0-9a-f]{8,}"],
  ["…", ".*"],
  [String.raw`\s+`, String.raw`\s+`],
];
const VARYING_OR_SPECIAL = new RegExp(
  `${VARYING.map(([written]) => `(${written})`).join("|")}|${String.raw`[$()*+.?[\\\]^{|}]`}`,
  "g",
);

/**
 * Lines of a document's output that a command did not say. Lines must come in their order, others may stand between
 * them; times, ids, epochs, scopes and runs of spaces may differ, and `…` stands for anything.
 */
export function unsaid(shown: string, said: string): readonly string[] {
  const lines = said.split("\n").map((line) => line.trim());
  let from = 0;
  return shown
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "" && line !== "…")
    .filter((line) => {
      const pattern = toPattern(line);
      const found = lines.findIndex((one, index) => index >= from && pattern.test(one));
      if (found !== -1) from = found + 1;
      return found === -1;
    });
}

function toPattern(line: string): RegExp {
  const source = line.replaceAll(VARYING_OR_SPECIAL, (part: string, ...groups: unknown[]) => {
    const index = groups.slice(0, VARYING.length).findIndex((group) => group !== undefined);
    return VARYING[index]?.[1] ?? `\\${part}`;
  });
  return new RegExp(`^${source}$`);
}
