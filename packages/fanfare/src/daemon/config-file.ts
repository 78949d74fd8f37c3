import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { ConfigError, type Source } from "./config-error.ts";

/** A configuration as it was written down: not yet checked. */
export interface ConfigFile {
  readonly path: string;
  readonly values: Readonly<Record<string, unknown>>;
}

const DEFAULT_NAME = "fanfare.config.ts";

/**
 * Loads the file that `asked` names, or `fanfare.config.ts` of the folder when there is one. The file is a module that
 * Node runs as it is, TypeScript by type stripping. Throws {@link ConfigError} for a named file that is not there and for
 * one that does not load.
 */
export async function loadConfigFile(
  folder: string,
  asked: { readonly path: string; readonly source: Source } | undefined,
): Promise<ConfigFile | undefined> {
  const path = resolve(folder, asked?.path ?? DEFAULT_NAME);
  const found = await stat(path).catch(() => undefined);
  if (found?.isFile() !== true) {
    if (asked === undefined) return undefined;
    throw new ConfigError(`config: there is no file ${path}`, asked.source);
  }
  const values = await importDefault(path);
  if (typeof values !== "object" || values === null || Array.isArray(values))
    throw new ConfigError("config: expected a default export that is an object", { kind: "file", name: path });
  return { path, values: values as Readonly<Record<string, unknown>> };
}

async function importDefault(path: string): Promise<unknown> {
  try {
    const module = (await import(pathToFileURL(path).href)) as { readonly default?: unknown };
    return module.default;
  } catch (cause) {
    const [reason] = String(cause instanceof Error ? cause.message : cause).split("\n");
    throw new ConfigError(`config: does not load: ${reason}`, { kind: "file", name: path }, { cause });
  }
}
