import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Trial } from "./documents.ts";
import { root } from "./markdown.ts";
import { Process } from "./process.ts";

/** What the compiler says against files of a document, as in a strict project of a user's own. */
export async function compile(folder: string, files: readonly Trial[]): Promise<readonly string[]> {
  const config = {
    extends: join(root, "tsconfig.base.json"),
    compilerOptions: {
      noEmit: true,
      composite: false,
      declaration: false,
      declarationMap: false,
      isolatedDeclarations: false,
      rewriteRelativeImportExtensions: false,
      allowImportingTsExtensions: true,
      // A snippet may show a value without using it.
      noUnusedLocals: false,
      rootDir: "/",
      types: ["node"],
      typeRoots: [join(root, "node_modules/@types")],
      moduleDetection: "force",
    },
    files: files.map(({ file }) => file),
    include: [],
  };
  await writeFile(join(folder, "tsconfig.json"), JSON.stringify(config));
  const { code, said } = await new Process(["tsc", "-p", folder], {
    cwd: folder,
    env: { ...process.env, PATH: `${join(root, "node_modules/.bin")}:${process.env["PATH"]}` },
  }).end();
  return code === 0 ? [] : said.split("\n").filter((line) => line !== "");
}
