/** Looks at each package as it would be published: is what it promises there, and are its types those of its code? */
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { root, run } from "./run.ts";

const looks: readonly (readonly [program: string, ...args: string[]])[] = [
  ["publint", "run", "--strict"],
  // The packages are ES modules only, as all supported versions of Node take them.
  ["attw", "--profile", "esm-only", "--format", "ascii", "--no-emoji", "--pack"],
];

for (const folder of await readdir(join(root, "packages")))
  for (const [program, ...args] of looks) {
    const { code, output } = await run(program, [...args, `packages/${folder}`]);
    console.log(`${code === 0 ? "✓" : "✗"} ${program} ${folder}`);
    if (code === 0) continue;
    console.log(output);
    process.exitCode = 1;
  }
