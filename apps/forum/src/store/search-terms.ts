import { createHash } from "node:crypto";

/** Fewer letters before a `*` would stand for too many words. */
const PREFIX_LETTERS = 3;

/**
 * What FTS5 looks for: every word must be there, in any order; `wor*` is a word that begins so. Undefined when there is
 * no word in the text. All else that means something to FTS5 is text.
 *
 * @example matchExpression("red wag*") === '"red" AND "wag"*'
 */
export function matchExpression(text: string): string | undefined {
  const terms = text
    .split(/\s+/)
    .filter((word) => /[\p{L}\p{N}]/u.test(word))
    .map((word) => {
      const prefix = word.endsWith("*") && word.length > PREFIX_LETTERS;
      const letters = prefix ? word.replace(/\*+$/, "") : word;
      return `"${letters.replaceAll('"', '""')}"${prefix ? "*" : ""}`;
    });
  return terms.length === 0 ? undefined : terms.join(" AND ");
}

/** A word of the index that stands for what a post belongs to. The index knows no upper case, so names are hashed. */
export function scopeWord(kind: "ticket" | "run" | "kind", value: string): string {
  return `${kind}${createHash("sha256").update(value).digest("hex").slice(0, 16)}`;
}
