import { existsSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { describe, expect, test } from "vitest";
import { allDocuments } from "./documents.ts";
import { parseMarkdown, readMarkdown, root, toAnchor, type Markdown } from "./markdown.ts";

describe.each(allDocuments.map((document) => [document.path, document] as const))("%s", (_path, document) => {
  test("leads only to files and headings that are there", () => {
    expect(document.links.filter((link) => !leadsSomewhere(document, link))).toEqual([]);
  });
});

test("every document that people start from is looked at", () => {
  const paths = new Set(allDocuments.map(({ path }) => path));
  const entries = [
    "README.md",
    "ARCHITECTURE.md",
    "CHANGELOG.md",
    "docs/guide.md",
    "docs/client.md",
    "packages/protocol/README.md",
  ];
  expect(entries.filter((path) => !paths.has(path))).toEqual([]);
  expect(allDocuments.flatMap(({ links }) => links).length).toBeGreaterThan(60);
});

test("links are found in text, tables and HTML, but not in code", () => {
  const lines = [
    "[a](one.md) and ![b](two.svg)",
    "| [c](three.md#four) | `[no](code.md)` |",
    '<img src="five.svg">',
    "[d]: six.md",
    "```sh",
    "[no](block.md)",
    "```",
  ];
  expect(parseMarkdown("x.md", lines.join("\n")).links).toEqual([
    "one.md",
    "two.svg",
    "three.md#four",
    "six.md",
    "five.svg",
  ]);
});

test("a dead file, a dead heading and a web address without a host are noticed", () => {
  const dead = ["nothing.md", "README.md#nothing", "#nothing", "https://"];
  expect(dead.filter((link) => leadsSomewhere(readMarkdown("README.md"), link))).toEqual([]);
});

function leadsSomewhere({ path, headings }: Markdown, link: string): boolean {
  if (/^[a-z]+:/.test(link)) return URL.canParse(link);
  const [file = "", anchor] = link.split("#");
  const target = normalize(join(dirname(path), file));
  if (file !== "" && !existsSync(join(root, target))) return false;
  if (anchor === undefined) return true;
  const known = file === "" ? headings : readMarkdown(target).headings;
  return known.map(toAnchor).includes(anchor);
}
