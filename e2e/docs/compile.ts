import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { root } from "./markdown.ts";
import { Process } from "./process.ts";

export type Program = { readonly file: string; readonly body: string };

/** A project that has the packages installed; `fanfare` means their sources, as everywhere in the tests. */
const CONFIG = {
  extends: join(root, "tsconfig.base.json"),
  compilerOptions: {
    noEmit: true,
    composite: false,
    declaration: false,
    declarationMap: false,
    isolatedDeclarations: false,
    rewriteRelativeImportExtensions: false,
    allowImportingTsExtensions: true,
    rootDir: "/",
    // A program may be a page's.
    lib: ["es2025", "esnext.disposable", "dom", "dom.iterable", "dom.asynciterable"],
    jsx: "react-jsx",
    types: ["node"],
    typeRoots: [join(root, "node_modules/@types")],
    moduleDetection: "force",
  },
};

/** What the compiler says against the programs. */
export async function compile(programs: readonly Program[]): Promise<readonly string[]> {
  const folder = await mkdtemp(join(tmpdir(), "fanfare-docs-"));
  try {
    await symlink(join(root, "node_modules"), join(folder, "node_modules"));
    await writeFile(join(folder, "package.json"), '{"type":"module"}\n');
    const files = programs.map(({ file }) => file);
    await writeFile(join(folder, "tsconfig.json"), JSON.stringify({ ...CONFIG, files, include: [] }));
    for (const { file, body } of programs) {
      await mkdir(dirname(join(folder, file)), { recursive: true });
      await writeFile(join(folder, file), body);
    }
    const tsc = join(root, "node_modules/.bin/tsc");
    const { code, said } = await new Process([tsc, "-p", folder], { cwd: folder, env: process.env }).end();
    // Faults of the packages themselves are found by the checks before all tests.
    const own = said.split("\n").filter((line) => files.some((file) => line.startsWith(file)));
    return code === 0 ? [] : own;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
