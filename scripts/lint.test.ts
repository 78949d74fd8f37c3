import { execFile } from "node:child_process";
import { cp, mkdtemp, readFile, readdir, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";

const root = join(import.meta.dirname, "..");
const fixtures = join(root, "lint-fixtures");

type Finding = { code: string; filename: string; labels: { span: { line: number } }[] };

/** `file:line rule`, which is what a fixture promises and what the linter answers. */
type Place = string;

let workspace: string;
let expected: Place[];
let found: Place[];

beforeAll(async () => {
  workspace = await mkdtemp(join(tmpdir(), "fanfare-lint-"));
  const lintee = join(workspace, "fixtures");
  await cp(fixtures, lintee, { recursive: true });
  await cp(join(root, "oxlint.config.ts"), join(lintee, "oxlint.config.ts"));
  await cp(join(root, "oxlint.boundaries.ts"), join(lintee, "oxlint.boundaries.ts"));
  await cp(join(root, "tsconfig.base.json"), join(workspace, "tsconfig.base.json"));
  await symlink(join(root, "node_modules"), join(workspace, "node_modules"));
  expected = await marks(lintee);
  const rules = new Set(expected.map((place) => place.split(" ")[1]));
  found = (await lint(lintee)).filter((place) => rules.has(place.split(" ")[1]));
}, 60_000);

afterAll(() => rm(workspace, { recursive: true, force: true }));

test("every deliberately wrong line is refused, and no right one", () => {
  expect(found.toSorted()).toEqual(expected.toSorted());
});

test.for(["no-restricted-imports", "no-cycle", "consistent-type-imports", "no-floating-promises"])(
  "the fixtures cover %s",
  (rule) => {
    expect(expected.filter((place) => place.endsWith(` ${rule}`))).not.toEqual([]);
  },
);

async function marks(folder: string): Promise<Place[]> {
  const files = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith(".ts"));
  const places = await Promise.all(
    files.map(async (name) => {
      const lines = (await readFile(join(folder, name), "utf8")).split("\n");
      return lines.flatMap((line, index) => {
        const rule = /\/\/ refused: (\S+)$/.exec(line)?.[1];
        return rule === undefined ? [] : [`${name}:${index + 1} ${rule}`];
      });
    }),
  );
  return places.flat();
}

async function lint(folder: string): Promise<Place[]> {
  const oxlint = join(root, "node_modules", ".bin", "oxlint");
  const output = await promisify(execFile)(oxlint, ["--format", "json"], { cwd: folder, maxBuffer: 2 ** 24 }).catch(
    (failure: { stdout: string }) => failure,
  );
  const report: { diagnostics: Finding[] } = JSON.parse(output.stdout);
  return report.diagnostics.map(({ code, filename, labels }) => {
    const rule = /\((.+)\)$/.exec(code)?.[1] ?? code;
    return `${filename}:${labels[0]?.span.line} ${rule}`;
  });
}
