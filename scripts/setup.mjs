// Runs before anything is installed, on whatever Node the machine has (20 or later): no dependency, no TypeScript.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** @typedef {Record<string, { version?: string, optional?: boolean }>} Packages */

const root = fileURLToPath(new URL("..", import.meta.url));
const minimum = 20;

if (Number.parseInt(process.versions.node, 10) < minimum) {
  console.error(`Node ${process.versions.node} is too old to set up the workspace: ${minimum} or later is needed.`);
  process.exit(1);
}

const missing = missingPackages();
if (missing > 0) {
  console.log(`Installing ${missing} missing packages: npm ci (about a minute the first time)`);
  const { status } = spawnSync("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"], {
    cwd: root,
    stdio: ["ignore", "inherit", "inherit"],
  });
  if (status !== 0) {
    console.error("npm ci failed: see its messages above.");
    process.exit(1);
  }
}

/** How many packages of the lockfile are not installed in the version it names; npm keeps its own record of what is. */
function missingPackages() {
  const wanted = packagesOf("package-lock.json");
  const record = join("node_modules", ".package-lock.json");
  const installed = existsSync(join(root, record)) ? packagesOf(record) : {};
  const runtime = existsSync(join(root, "node_modules", ".bin", "node"));
  const absent = Object.entries(wanted).filter(
    ([path, { version, optional }]) =>
      path.includes("node_modules/") && optional !== true && installed[path]?.version !== version,
  );
  return absent.length + (runtime ? 0 : 1);
}

/**
 * @param {string} lockfile
 * @returns {Packages}
 */
function packagesOf(lockfile) {
  /** @type {{ packages: Packages }} */
  const { packages } = JSON.parse(readFileSync(join(root, lockfile), "utf8"));
  return packages;
}
