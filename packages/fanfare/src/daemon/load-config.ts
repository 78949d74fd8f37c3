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
  /** A duration such as `500ms`. */
  readonly workerInterval?: string | undefined;
  readonly workerBatchSize?: string | undefined;
  /** A duration. */
  readonly workerLogPeriod?: string | undefined;
  /** A duration. */
  readonly shutdownTimeout?: string | undefined;
  readonly config?: string | undefined;
}

interface Name {
  readonly key: string;
  readonly flag?: keyof ServeFlags;
  readonly variable?: string;
  /** What the text stands for; a text that stands for nothing is left to the check of the configuration. */
  readonly read?: (text: string) => unknown;
}

/** What each key is called outside of a file; a flag wins over a variable. */
const NAMES: readonly Name[] = [
  { key: "addr", flag: "addr", variable: "FANFARE_ADDR" },
  { key: "db", flag: "db", variable: "FANFARE_DB" },
  { key: "log", flag: "log" },
  { key: "auth.secret", variable: "FANFARE_AUTH_SECRET" },
  { key: "auth.jwks", variable: "FANFARE_AUTH_JWKS" },
  { key: "relay.pollMs", flag: "workerInterval", read: readDuration },
  { key: "relay.batch", flag: "workerBatchSize", read: (text) => (/^\d{1,9}$/.test(text) ? Number(text) : text) },
  { key: "relay.summaryMs", flag: "workerLogPeriod", read: readDuration },
  { key: "shutdown.deadlineMs", flag: "shutdownTimeout", read: readDuration },
];

interface Given {
  readonly value: unknown;
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
    if (one !== undefined) given.set(name.key, { ...one, value: name.read?.(one.value) ?? one.value });
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
): (Given & { readonly value: string }) | undefined {
  const typed = flag && flags[flag];
  if (flag !== undefined && typed !== undefined)
    return { value: typed, source: { kind: "call", name: `--${toOption(flag)}` } };
  const exported = variable && env[variable];
  if (exported === undefined || exported === "") return undefined;
  return { value: exported, source: { kind: "call", name: String(variable) } };
}

/** @example toOption("workerInterval") // "worker-interval" */
function toOption(flag: string): string {
  return flag.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };

/** Milliseconds of `500ms`, `15s`, `2m`, `1h`; the text itself when it is no duration. */
function readDuration(text: string): unknown {
  const [, digits, unit = ""] = /^(\d{1,9})(ms|s|m|h)$/.exec(text) ?? [];
  return digits === undefined ? text : Number(digits) * (UNITS[unit] ?? 1);
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
