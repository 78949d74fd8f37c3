import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { run } from "./run.ts";

type BrowserOptions = {
  readonly name: string;
  /** Names a browser of one's own. */
  readonly variable: string;
  /** What it may be called, the preferred name first. */
  readonly programs: readonly string[];
  readonly debianPackage: string;
};

/** A browser that tests drive, if this machine has one. */
export class InstalledBrowser {
  /** How a person without it gets it; a suite that cannot run prints this. */
  readonly hint: string;
  readonly #options: BrowserOptions;

  constructor(options: BrowserOptions) {
    this.#options = options;
    const { debianPackage, variable } = options;
    this.hint = `install it (Debian: "apt-get install ${debianPackage}") or point ${variable} at one`;
  }

  /** The one that its variable names, or the first on the path. */
  find(): string | undefined {
    const { variable, programs } = this.#options;
    const chosen = process.env[variable];
    if (chosen !== undefined && chosen !== "") return chosen;
    const folders = (process.env["PATH"] ?? "").split(delimiter).filter((folder) => folder !== "");
    return folders.flatMap((folder) => programs.map((program) => join(folder, program))).find(isExecutable);
  }

  /** Installs Debian's where this may be done without asking; elsewhere says how to get it. */
  async ensure(): Promise<void> {
    const { name, debianPackage } = this.#options;
    if (this.find() !== undefined) return;
    if (process.getuid?.() !== 0 || !isExecutable("/usr/bin/apt-get")) {
      console.log(`${name} is missing, so its tests are skipped: ${this.hint}.`);
      return;
    }
    console.log(`Installing ${name} for the tests of pages: apt-get install ${debianPackage} (about a minute)`);
    const update = await run("apt-get", ["update"]);
    const install = await run("apt-get", ["install", "--yes", "--no-install-recommends", debianPackage]);
    if (install.code === 0) return;
    console.log(`${update.output}\n${install.output}`);
    console.log(`${name} could not be installed, so its tests are skipped: ${this.hint}.`);
  }
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
