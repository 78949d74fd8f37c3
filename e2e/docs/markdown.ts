import { readFileSync } from "node:fs";
import { join } from "node:path";

export const root: string = join(import.meta.dirname, "../..");

/** A fenced block of a document. */
export type Block = {
  /** The first word behind the fence, `sh` say; empty where there is none. */
  readonly language: string;
  /** The second word: of JSON the definition of the protocol that it must fit. */
  readonly kind: string;
  readonly body: string;
  /** Of its first line. */
  readonly line: number;
  /** The `##` heading above it. */
  readonly chapter: string;
  /** The nearest heading above it. */
  readonly heading: string;
};

export type Markdown = {
  /** Path from the repository's root. */
  readonly path: string;
  readonly blocks: readonly Block[];
  readonly headings: readonly string[];
  /** Targets of links and images, in text, tables and HTML, as written. */
  readonly links: readonly string[];
  /** Inline code. */
  readonly spans: readonly string[];
};

export function readMarkdown(path: string): Markdown {
  return parseMarkdown(path, readFileSync(join(root, path), "utf8"));
}

export function parseMarkdown(path: string, text: string): Markdown {
  const blocks: Block[] = [];
  const headings: string[] = [];
  const prose: string[] = [];
  let chapter = "";
  let heading = "";
  let open:
    | { readonly fence: string; readonly info: string; readonly line: number; readonly lines: string[] }
    | undefined;
  for (const [index, line] of text.split("\n").entries()) {
    const [, fence, info = ""] = /^\s*(```+|~~~+)(.*)$/.exec(line) ?? [];
    const [, hashes, title] = /^(#+) (.+)$/.exec(line) ?? [];
    if (open !== undefined && fence === open.fence && info === "") {
      const [language = "", kind = ""] = open.info.trim().split(/ +/);
      blocks.push({ language, kind, body: `${open.lines.join("\n")}\n`, line: open.line, chapter, heading });
      open = undefined;
    } else if (open !== undefined) {
      open.lines.push(line);
    } else if (fence !== undefined) {
      open = { fence, info, line: index + 2, lines: [] };
    } else if (title !== undefined && hashes !== undefined) {
      headings.push(title);
      heading = title;
      if (hashes.length === 2) chapter = title;
      prose.push(line);
    } else {
      prose.push(line);
    }
  }
  if (open !== undefined) throw new SyntaxError(`${path}:${open.line}: the block is not closed`);
  return { path, blocks, headings, ...proseOf(prose.join("\n")) };
}

function proseOf(prose: string): Pick<Markdown, "links" | "spans"> {
  const spans = [...prose.matchAll(/(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)/gs)].map(([, , code = ""]) => code.trim());
  const text = prose.replaceAll(/(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)/gs, "code");
  const inline = [...text.matchAll(/\]\(\s*<?([^)\s>]+)>?(?:\s+"[^"]*")?\s*\)/g)];
  const defined = [...text.matchAll(/^\[[^\]]+\]:\s*(\S+)/gm)];
  const html = [...text.matchAll(/\b(?:src|srcset|href)="([^"\s]+)"/g)];
  return { spans, links: [...inline, ...defined, ...html].map(([, target = ""]) => target) };
}

/** The anchor that a heading gets where the documents are shown. */
export function toAnchor(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\- _]/gu, "")
    .replaceAll(" ", "-");
}
