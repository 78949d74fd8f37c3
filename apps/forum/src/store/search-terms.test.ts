import fc from "fast-check";
import { DatabaseSync } from "node:sqlite";
import { expect, test } from "vitest";
import { matchExpression, scopeWord } from "./search-terms.ts";

test.each([
  ["red wagon", '"red" AND "wagon"'],
  ["red wag*", '"red" AND "wag"*'],
  ["re*", '"re*"'],
  ['say "hello" OR NOT', '"say" AND """hello""" AND "OR" AND "NOT"'],
  ["- ! ?", undefined],
  ["", undefined],
])("%j is looked for as %j", (text, expression) => {
  expect(matchExpression(text)).toBe(expression);
});

test("no text is an error to FTS5, or means more than its words", () => {
  const db = new DatabaseSync(":memory:");
  db.exec("CREATE VIRTUAL TABLE posts USING fts5(title, body)");
  const find = db.prepare("SELECT count(*) FROM posts WHERE posts MATCH ?");
  const special = fc.stringMatching(/^[a"'*^:(){}+\-. NEARORT]*$/);
  fc.assert(
    fc.property(fc.oneof(fc.string({ unit: "grapheme" }), special), (text) => {
      const expression = matchExpression(text);
      if (expression !== undefined) find.get(expression);
    }),
  );
  db.close();
});

test("names that differ in case have words of their own", () => {
  expect(scopeWord("ticket", "T-1")).not.toBe(scopeWord("ticket", "t-1"));
});
