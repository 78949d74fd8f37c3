/** `npm run test:bun`: the client in Bun, which is installed in a folder that goes again; it weighs 100 MB. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run, show } from "./run.ts";

const VERSION = "1.4.5";

const folder = await mkdtemp(join(tmpdir(), "fanfare-bun-"));
try {
  // Without its install script the package leaves the program where its build for this platform is.
  const packages = [`bun@${VERSION}`, "--no-save", "--ignore-scripts", "--no-audit", "--no-fund", `--prefix=${folder}`];
  const { code, output } = await run("npm", ["install", ...packages]);
  const platform = `bun-${process.platform}-${process.arch === "arm64" ? "aarch64" : process.arch}`;
  const bun = join(folder, "node_modules/@oven", platform, "bin/bun");
  if (code === 0) process.exitCode = await show("env", [`FANFARE_BUN=${bun}`, "vitest", "run", "e2e/client/runtimes"]);
  else {
    console.log(output);
    process.exitCode = 1;
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}
