import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { run } from "./run.ts";

const names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/** How a person without Chromium gets it; a suite that cannot run prints this. */
export const chromiumHint = 'install it (Debian: "apt-get install chromium") or point FANFARE_CHROMIUM at one';

/** The browser that page tests drive: `FANFARE_CHROMIUM`, or the first Chromium on the path. */
export function findChromium(): string | undefined {
  const chosen = process.env["FANFARE_CHROMIUM"];
  if (chosen !== undefined && chosen !== "") return chosen;
  const folders = (process.env["PATH"] ?? "").split(delimiter).filter((folder) => folder !== "");
  return folders.flatMap((folder) => names.map((name) => join(folder, name))).find(isExecutable);
}

/** Installs Debian's Chromium where this may be done without asking; elsewhere says how to get it. */
export async function ensureChromium(): Promise<void> {
  if (findChromium() !== undefined) return;
  if (process.getuid?.() !== 0 || !isExecutable("/usr/bin/apt-get")) {
    console.log(`Chromium is missing, so the page tests are skipped: ${chromiumHint}.`);
    return;
  }
  console.log("Installing Chromium for the page tests: apt-get install chromium (about a minute)");
  const update = await run("apt-get", ["update"]);
  const install = await run("apt-get", ["install", "--yes", "--no-install-recommends", "chromium"]);
  if (install.code === 0) return;
  console.log(`${update.output}\n${install.output}`);
  console.log(`Chromium could not be installed, so the page tests are skipped: ${chromiumHint}.`);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
