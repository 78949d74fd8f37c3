/**
 * `npm run lock`: puts back what npm leaves out of the lockfile when its registry lacks the builds of a tool for other
 * platforms. Without those entries `npm ci` refuses the lockfile; with them a platform that needs one finds it by name
 * and version, and the others never ask for it.
 */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { root } from "./run.ts";

type Locked = {
  version?: string;
  dev?: boolean;
  optional?: boolean;
  os?: string[];
  cpu?: string[];
  libc?: string[];
  optionalDependencies?: Record<string, string>;
};

const file = join(root, "package-lock.json");
const lock: { packages: Record<string, Locked> } = JSON.parse(await readFile(file, "utf8"));
const added: string[] = [];

for (const [path, parent] of Object.entries(lock.packages)) {
  for (const [name, version] of Object.entries(parent.optionalDependencies ?? {})) {
    const own = `${path}/node_modules/${name}`;
    const shared = `node_modules/${name}`;
    const present = lock.packages[own] ?? lock.packages[shared];
    if (present?.version === version || !/^\d+\.\d+\.\d+$/.test(version)) continue;
    const { cpu, libc, os } = platformOf(name);
    // In npm's own order of keys, so that its next install leaves them as they are.
    lock.packages[shared in lock.packages ? own : shared] = {
      version,
      ...(cpu && { cpu }),
      ...(parent.dev === true && { dev: true }),
      ...(libc && { libc }),
      optional: true,
      ...(os && { os }),
    };
    added.push(`${name}@${version}`);
  }
}

if (added.length > 0) {
  const inOrder = Object.entries(lock.packages).toSorted(([a], [b]) => a.localeCompare(b, "en"));
  await writeFile(file, `${JSON.stringify({ ...lock, packages: Object.fromEntries(inOrder) }, undefined, 2)}\n`);
}
console.log(added.length === 0 ? "The lockfile is whole." : `Put back: ${added.join(", ")}`);

/** Such packages carry their platform in their name: `…-linux-arm64-musl`, `…/win32-x64`, `…-wasm32-wasi`. */
function platformOf(name: string): Pick<Locked, "os" | "cpu" | "libc"> {
  const match = /(?:^|[-/])(aix|android|darwin|freebsd|linux|netbsd|openbsd|openharmony|sunos|win32)-([a-z0-9]+)/.exec(
    name,
  );
  if (match === null) return /wasm32/.test(name) ? { cpu: ["wasm32"] } : {};
  const [, os, cpu] = match;
  if (os === undefined || cpu === undefined) return {};
  const libc = os !== "linux" ? [] : /musl/.test(name) ? ["musl"] : /gnu/.test(name) ? ["glibc"] : [];
  return { os: [os], cpu: [cpu], ...(libc.length > 0 && { libc }) };
}
