import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { compile } from "./compile.ts";
import { chaptersOf, documents, treatmentOf, type Chapter, type Trial } from "./documents.ts";
import type { Markdown } from "./markdown.ts";
import { unsaid } from "./output.ts";
import type { Process } from "./process.ts";
import { TREATMENTS } from "./treatments.ts";
import { GOOD, tryBlock } from "./trying.ts";
import { DAEMON_PORT, LOCAL_ADDRESS, Workshop } from "./workshop.ts";

const withBlocks = documents.filter(({ blocks }) => blocks.length > 0);

describe.each(withBlocks.map((document) => [document.path, document] as const))("%s", (_path, document) => {
  const chapters = chaptersOf(document);
  let shop: Workshop;
  beforeAll(async () => {
    shop = await Workshop.create(portsOf(document));
    for (const { file, body } of programsOf(document)) await shop.write(file, body);
  });
  afterAll(() => shop.close());

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

function programsOf(document: Markdown): readonly Trial[] {
  return chaptersOf(document).flatMap(({ trials }) => trials.filter(({ language }) => /^tsx?$/.test(language)));
}

function needsDaemon({ body, treatment }: Trial): boolean {
  return treatment?.kind !== "not run" && (body.includes(`127.0.0.1:${DAEMON_PORT}`) || /\bfanfare [a-z]+/.test(body));
}

function portsOf({ blocks }: Markdown): readonly string[] {
  return blocks.flatMap(({ body }) => [...body.matchAll(LOCAL_ADDRESS)].map(([, , port = ""]) => port));
}

test("all programs compile as in a strict project of a user's own", async () => {
  const programs = documents.flatMap((document) =>
    programsOf(document).map(({ file, body }) => ({ file: join(document.path, file), body })),
  );
  expect(programs.length).toBeGreaterThan(35);
  expect(await compile(programs)).toEqual([]);
});

test("a block of a language that nobody here can try fails", async (context) => {
  const [trial] = documents.flatMap(chaptersOf).flatMap(({ trials }) => trials);
  const shop = await Workshop.create([]);
  const trying = (language: string) => tryBlock({ ...(trial as Trial), language }, shop, context);
  await expect(trying("python")).rejects.toThrow("nothing here knows how to try python");
  await expect(trying("")).rejects.toThrow("without a language");
  await shop.close();
});

test("the table of treatments speaks of blocks that are there, each once", () => {
  const spoken = new Set(documents.flatMap(({ path, blocks }) => blocks.map((block) => treatmentOf(path, block))));
  expect(TREATMENTS.filter((treatment) => !spoken.has(treatment))).toEqual([]);
  expect(new Set(TREATMENTS.map(({ document, block }) => `${document} ${block}`)).size).toBe(TREATMENTS.length);
});
