import { globSync } from "node:fs";
import { readMarkdown, root, type Block, type Markdown } from "./markdown.ts";
import { TREATMENTS, type Treatment } from "./treatments.ts";

const NAMES = [
  "README.md",
  "CONTRIBUTING.md",
  "docs/guide.md",
  "docs/client.md",
  "docs/apps.md",
  ...globSync("packages/*/README.md", { cwd: root }),
];

/** The documents whose blocks are run. */
export const documents: readonly Markdown[] = NAMES.map(readMarkdown);

/** Everything written for people: where links must lead somewhere. */
export const allDocuments: readonly Markdown[] = globSync(
  ["*.md", "docs/**/*.md", "packages/*/*.md", "apps/*/*.md", "benchmarks/**/*.md", "e2e/**/*.md"],
  { cwd: root, exclude: (path) => path.includes("node_modules") },
).map((path) => readMarkdown(path));

/** A block with all that is known of how to try it. */
export type Trial = Block & {
  /** For the test's name. */
  readonly title: string;
  /** The file that the block is, or is tried as. */
  readonly file: string;
  readonly treatment: Treatment | undefined;
  /** What the document shows as its output; empty where it shows none. */
  readonly shown: string;
  /** A later block uses the file that this one is. */
  readonly used: boolean;
};

export type Chapter = { readonly name: string; readonly trials: readonly Trial[] };

export function chaptersOf(document: Markdown): readonly Chapter[] {
  const { blocks } = document;
  const trials = blocks.flatMap((block, index): readonly Trial[] => {
    if (isOutput(block)) return [];
    const next = blocks[index + 1];
    const file = fileOf(block);
    return [
      {
        ...block,
        title: `line ${block.line}: ${block.language} of "${block.heading}"`,
        file,
        treatment: treatmentOf(document.path, block),
        shown: next !== undefined && isOutput(next) ? next.body : loggedComments(block),
        used: blocks.slice(index + 1).some(({ body }) => body.includes(file)),
      },
    ];
  });
  return [...Map.groupBy(trials, ({ chapter }) => chapter)].map(([name, all]) => ({ name, trials: all }));
}

export function treatmentOf(path: string, { body, language }: Block): Treatment | undefined {
  const first = body.split("\n", 1)[0];
  return TREATMENTS.find(({ document, block }) => document === path && (block === first || block === language));
}

/** What the block before it says when it runs. */
function isOutput({ language }: Block): boolean {
  return language === "text";
}

/** `console.log(1 + 1); // 2` shows its output by itself. */
function loggedComments({ body }: Block): string {
  return [...body.matchAll(/console\.log\(.*\);? \/\/ (.+)$/gm)].map(([, comment]) => comment).join("\n");
}

/** A block whose first line is a comment with nothing but a file's name is that file. */
function fileOf({ language, body, line }: Block): string {
  const [, named] = /^(?:\/\/|#) ([\w./-]+\.\w+)\n/.exec(body) ?? [];
  return named ?? `line-${line}.${language}`;
}
