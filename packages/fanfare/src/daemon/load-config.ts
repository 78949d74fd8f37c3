import { dirname, resolve } from "node:path";
import { checkConfig } from "./check-config.ts";
import type { Config } from "./config.ts";
import type { Source } from "./config-error.ts";
import { loadConfigFile, type ConfigFile } from "./config-file.ts";
import type { Settings } from "./settings.ts";

/** What a daemon is started with besides its file. */
export interface ConfigCall {
  /** Where relative paths begin and the file is looked for. */
  readonly folder: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly flags: ServeFlags;
}

export interface ServeFlags {
  readonly addr?: string | undefined;
  readonly db?: string | undefined;
  readonly log?: string | undefined;
  readonly config?: string | undefined;
}

/** What each key is called outside of a file; a flag wins over a variable. */
const NAMES = [
  { key: "addr", flag: "addr", variable: "FANFARE_ADDR" },
  { key: "db", flag: "db", variable: "FANFARE_DB" },
  { key: "log", flag: "log", variable: undefined },
  { key: "auth.secret", flag: undefined, variable: "FANFARE_AUTH_SECRET" },
  { key: "auth.jwks", flag: undefined, variable: "FANFARE_AUTH_JWKS" },
] as const;

interface Given {
  readonly value: string;
  readonly source: Source;
}

/**
 * The settings that flags, environment and file make together; flags win over the environment, which wins over the file.
 * Throws `ConfigError`.
 */
export async function loadConfig(call: ConfigCall): Promise<Settings> {
  const file = await loadConfigFile(call.folder, askedFile(call));
  const given = new Map<string, Given>();
  for (const name of NAMES) {
    const one = lookUp(call, name.flag, name.variable);
    if (one !== undefined) given.set(name.key, one);
  }
  const settings = checkConfig(merge(file, given), (key) => {
    const fallback: Source = { kind: "file", name: file?.path ?? "the defaults" };
    return given.get(key)?.source ?? fallback;
  });
  const baseOf = (key: string): string => (given.has(key) || file === undefined ? call.folder : dirname(file.path));
  const { db, auth } = settings;
  const jwks = auth?.jwks;
  return {
    ...settings,
    db: resolve(baseOf("db"), db),
    ...(jwks !== undefined && {
      auth: { ...auth, jwks: URL.canParse(jwks) ? jwks : resolve(baseOf("auth.jwks"), jwks) },
    }),
  };
}

function askedFile(call: ConfigCall): { readonly path: string; readonly source: Source } | undefined {
  const asked = lookUp(call, "config", "FANFARE_CONFIG");
  return asked && { path: asked.value, source: asked.source };
}

/** An empty variable counts as one that is not set, as shells and container files leave them behind. */
function lookUp(
  { flags, env }: ConfigCall,
  flag: keyof ServeFlags | undefined,
  variable: string | undefined,
): Given | undefined {
  const typed = flag && flags[flag];
  if (typed !== undefined) return { value: typed, source: { kind: "call", name: `--${flag}` } };
  const exported = variable && env[variable];
  if (exported === undefined || exported === "") return undefined;
  return { value: exported, source: { kind: "call", name: String(variable) } };
}

function merge(file: ConfigFile | undefined, given: ReadonlyMap<string, Given>): Config {
  const values: Record<string, unknown> = { ...file?.values };
  for (const [key, { value }] of given) {
    const [section = "", name] = key.split(".");
    if (name === undefined) values[section] = value;
    else values[section] = { ...(values[section] as object | undefined), [name]: value };
  }
  return values;
}
