import { execFile } from "node:child_process";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import type { Run } from "./harness/report.ts";

test("the short form measures every subject and keeps the figures with what they were measured on", async () => {
  const folder = await mkdtemp(join(tmpdir(), "fanfare-bench-"));
  try {
    const { stdout } = await promisify(execFile)(
      process.execPath,
      [join(import.meta.dirname, "main.ts"), "--short", "--out", folder],
      {
        maxBuffer: 2 ** 24,
      },
    );
    const file = (await readdir(folder)).find((name) => name.endsWith(".json")) ?? "";
    const run: Run = JSON.parse(await readFile(join(folder, file), "utf8"));
    expect(run).toMatchObject({ form: "short", commit: expect.any(String), machine: { cores: expect.any(Number) } });
    const titles = run.outcomes.map(({ title }) => title).join("\n");
    for (const subject of [
      "Fan-out",
      "server-sent",
      "idle",
      "Publish in process",
      "Publish over HTTP",
      "Index",
      "Slow readers",
      "Jitter",
      "Deploy",
    ])
      expect(titles).toContain(subject);
    const unmeasured = run.outcomes.flatMap(({ title, samples }) =>
      Object.entries(samples).flatMap(([contender, list]) =>
        list.flatMap((sample) =>
          Object.entries(sample)
            .filter(([, value]) => !Number.isFinite(value))
            .map(([metric]) => `${title}, ${contender}: ${metric}`),
        ),
      ),
    );
    expect(unmeasured).toEqual([]);
    expect(stdout).toContain("ratio");
    const pictures = (await readdir(folder)).filter((name) => name.endsWith(".svg"));
    expect(pictures).toEqual([file.replace(".json", "-deploy.svg")]);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
