import { cp, lstat, mkdir, mkdtemp, readdir, readlink, realpath, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join, relative, resolve } from "node:path";
import { root } from "../run.ts";

/** Made by tools, or of no use to a test. */
const LEFT_OUT = new Set(["node_modules", "dist", ".git", ".fanfare"]);

/**
 * A copy of the workspace's sources in a temporary folder, with the same dependencies: what is broken there is broken
 * nowhere else, for worker threads and child processes too, which load files by themselves.
 */
export class WorkspaceCopy implements AsyncDisposable {
  readonly folder: string;

  private constructor(folder: string) {
    this.folder = folder;
  }

  static async make(): Promise<WorkspaceCopy> {
    const folder = await realpath(await mkdtemp(join(tmpdir(), "fanfare-mutants-")));
    await cp(root, folder, { recursive: true, filter: (source) => !LEFT_OUT.has(basename(source)) });
    await link(join(root, "node_modules"), join(folder, "node_modules"), folder);
    return new WorkspaceCopy(folder);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** Links every dependency to the one that is installed, and the workspaces' own packages to their copies. */
async function link(from: string, to: string, copy: string): Promise<void> {
  await mkdir(to);
  for (const name of await readdir(from)) {
    const source = join(from, name);
    const entry = await lstat(source);
    if (entry.isSymbolicLink()) {
      const target = relative(root, resolve(from, await readlink(source)));
      await symlink(join(copy, target), join(to, name));
    } else if (name.startsWith("@")) {
      await link(source, join(to, name), copy);
    } else if (name === ".bin" || !name.startsWith(".")) {
      await symlink(source, join(to, name));
    }
  }
}
