import { inspect } from "node:util";
import type { z } from "zod";
import { exposureFault } from "../access/exposure.ts";
import { specOf } from "../apps/app.ts";
import { parseAddress } from "./address.ts";
import type { Config } from "./config.ts";
import { ConfigError, type Source } from "./config-error.ts";
import { settingsSchema } from "./config-schema.ts";
import type { Settings } from "./settings.ts";

/**
 * Checks a configuration and fills in its defaults. Throws {@link ConfigError} about its first fault; `sourceOf` says
 * where the value of a key, `addr` or `auth.secret`, came from.
 */
export function checkConfig(config: Config, sourceOf: (key: string) => Source): Settings {
  const result = settingsSchema.safeParse(config, { reportInput: true });
  if (result.success) return checkApps(checkExposure(result.data, sourceOf), sourceOf);
  const [issue] = result.error.issues;
  if (issue === undefined) throw result.error;
  throw new ConfigError(describe(issue), sourceOf(keyOf(issue)));
}

/** Good by itself, an address may still be one that this configuration must not have. */
function checkExposure(settings: Settings, sourceOf: (key: string) => Source): Settings {
  const { host = "" } = parseAddress(settings.addr) ?? {};
  const fault = exposureFault(host, settings.auth !== undefined);
  if (fault !== undefined) throw new ConfigError(`addr: ${fault}`, sourceOf("addr"));
  return settings;
}

/** A profile has one meaning, whoever declares it. */
function checkApps(settings: Settings, sourceOf: (key: string) => Source): Settings {
  const owners = new Map(settings.profiles.map(({ name }) => [name, "profiles"]));
  for (const app of settings.apps) {
    for (const { name } of specOf(app).profiles ?? []) {
      const owner = owners.get(name);
      if (owner !== undefined)
        throw new ConfigError(`apps: the profile ${name} of ${app.name} is one of ${owner}, too`, sourceOf("apps"));
      owners.set(name, app.name);
    }
  }
  return settings;
}

function keyOf(issue: z.core.$ZodIssue): string {
  const [unknown] = issue.code === "unrecognized_keys" ? issue.keys : [];
  return written(unknown === undefined ? issue.path : [...issue.path, unknown]);
}

function describe(issue: z.core.$ZodIssue): string {
  const path = written(issue.path);
  if (issue.code === "unrecognized_keys") return `unknown key ${keyOf(issue)}; allowed: ${issue.message}`;
  const where = path === "" ? "config" : path;
  if (issue.code === "custom" && issue.params?.["complete"] === true) return `${where}: ${issue.message}`;
  return `${where}: expected ${issue.message}, got ${preview(issue)}`;
}

/** @example written(["profiles", 0, "name"]) // "profiles[0].name" */
function written(path: readonly PropertyKey[]): string {
  return path
    .map((part) => (typeof part === "number" ? `[${part}]` : `.${String(part)}`))
    .join("")
    .replace(/^\./, "");
}

function preview(issue: z.core.$ZodIssue): string {
  if (issue.path[0] === "auth" && issue.path[1] !== "jwks") return "something else, not shown here";
  if (issue.input === undefined) return "nothing";
  const text = inspect(issue.input, { breakLength: Infinity, depth: 2 });
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
