import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { compile } from "./compile.ts";
import { chaptersOf, documents, treatmentOf, type Chapter, type Trial } from "./documents.ts";
import type { Markdown } from "./markdown.ts";
import { unsaid } from "./output.ts";
import type { Process } from "./process.ts";
import { TREATMENTS } from "./treatments.ts";
import { GOOD, tryBlock } from "./trying.ts";
import { DAEMON_PORT, LOCAL_ADDRESS, Workshop } from "./workshop.ts";

describe.each(documents.map((document) => [document.path, document] as const))("%s", (_path, document) => {
  const chapters = chaptersOf(document);
  const programs = chapters.flatMap(({ trials }) => trials.filter(({ language }) => language === "ts"));
  let shop: Workshop;
  beforeAll(async () => {
    shop = await Workshop.create(portsOf(document));
  });
  afterAll(() => shop.close());

  test(`its ${programs.length} programs compile`, async () => {
    for (const { file, body } of programs) await shop.write(file, body);
    expect(programs.length === 0 ? [] : await compile(shop.folder, programs)).toEqual([]);
  });

  for (const chapter of chapters) {
    const { name, trials } = chapter;
    describe(name, () => {
      if (trials.some(needsDaemon)) beforeAll(() => shop.open());
      afterAll(() => shop.clear());
      testChapter(chapter, () => shop);
    });
  }
});

function testChapter({ trials }: Chapter, shop: () => Workshop): void {
  const readers = new Map<Trial, Process>();
  for (const trial of trials) {
    const { treatment, title, body } = trial;
    test(title, async (context) => {
      const outcome = treatment === undefined ? await tryBlock(trial, shop(), context) : GOOD;
      expect(outcome).toEqual(GOOD);
      if (treatment?.kind === "daemon") await shop().serve(body);
      if (treatment?.kind === "reader") await shop().subscribed(() => readers.set(trial, shop().leave(body)));
    });
  }
  for (const trial of trials) {
    const { treatment, line, shown } = trial;
    if (treatment?.kind !== "reader") continue;
    test(`line ${line}: the reader has said what was published meanwhile`, async () => {
      const reader = readers.get(trial);
      await reader?.until(treatment.says);
      expect(unsaid(shown, reader?.said ?? "")).toEqual([]);
    });
  }
}

function needsDaemon({ body, treatment }: Trial): boolean {
  return (
    treatment?.kind !== "not run" &&
    (body.includes(`127.0.0.1:${DAEMON_PORT}`) || body.includes("npx --no -- fanfare"))
  );
}

function portsOf({ blocks }: Markdown): readonly string[] {
  return blocks.flatMap(({ body }) => [...body.matchAll(LOCAL_ADDRESS)].map(([, , port = ""]) => port));
}

test("the table of treatments speaks of blocks that are there, each once", () => {
  const spoken = new Set(documents.flatMap(({ path, blocks }) => blocks.map((block) => treatmentOf(path, block))));
  expect(TREATMENTS.filter((treatment) => !spoken.has(treatment))).toEqual([]);
  expect(new Set(TREATMENTS.map(({ document, block }) => `${document} ${block}`)).size).toBe(TREATMENTS.length);
});
