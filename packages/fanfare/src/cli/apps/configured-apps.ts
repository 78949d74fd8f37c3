import type { App } from "../../apps/app.ts";
import type { Settings } from "../../daemon/settings.ts";
import { note } from "../terminal.ts";

/** The apps whose commands there are. */
export interface ConfiguredApps {
  readonly apps: readonly App[];
  /** The settings for an app's files, with the log in this file. */
  open(db: string): Promise<Settings>;
}

/**
 * The apps of the configuration that a command line could mean: none where it names a command of Fanfare's own, so that
 * those need no configuration that loads. Throws `ConfigError`.
 */
export async function configuredApps(words: readonly string[], own: ReadonlySet<string>): Promise<ConfiguredApps> {
  const [first] = words;
  const open = (db: string): Promise<Settings> => load(words, db);
  if (first === undefined || first === "help" || first === "--help" || first === "-h")
    return { apps: await load(words).then(({ apps }) => apps, unlisted), open };
  if (first.startsWith("-") || own.has(first)) return { apps: [], open };
  return { apps: (await load(words)).apps, open };
}

async function load(words: readonly string[], db?: string): Promise<Settings> {
  // Loaded here: most commands need no configuration.
  const { loadConfig } = await import("../../daemon/load-config.ts");
  return loadConfig({ folder: process.cwd(), env: process.env, flags: { config: configIn(words), db } });
}

/** Help is given whatever stands in the file. */
function unlisted(error: unknown): readonly App[] {
  note(
    `the apps' commands are not listed: ${error instanceof Error ? error.message : "the configuration does not load"}`,
  );
  return [];
}

/** `--config` says which commands there are, so it is looked for before there are any. */
function configIn(words: readonly string[]): string | undefined {
  const at = words.indexOf("--config");
  return at >= 0 ? words[at + 1] : words.find((word) => word.startsWith("--config="))?.slice("--config=".length);
}
