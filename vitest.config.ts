import { defineConfig } from "vitest/config";

// Tests read the workspaces' sources, so that no build stands between an edit and its result.
const conditions = ["@fanfare/source"];
const resolve = { conditions };
const ssr = { resolve: { conditions } };

export default defineConfig({
  test: {
    projects: [
      {
        resolve,
        ssr,
        test: { name: "unit", include: ["{packages,apps}/*/{src,page,testing,kit}/**/*.test.ts"] },
      },
      {
        test: { name: "workspace", include: ["scripts/**/*.test.ts"] },
      },
      {
        test: { name: "benchmarks", include: ["benchmarks/**/*.test.ts"], testTimeout: 120_000 },
      },
      {
        resolve,
        ssr,
        test: {
          name: "e2e",
          include: ["e2e/**/*.test.ts"],
          // Most of these wait for processes: two files at once take little more than half of the time.
          maxWorkers: 2,
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
});
