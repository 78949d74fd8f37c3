import {
  DEFAULT_LIMITS,
  isFanfareError,
  parseFilter,
  parsePattern,
  type Filter,
  type Limits,
  type TopicContract,
} from "@fanfare/protocol";
import { z } from "zod";
import { isApp, type App } from "../apps/app.ts";
import { jwksAuthenticator } from "../access/jwt.ts";
import type { Authenticator } from "../core/ports/authenticator.ts";
import { HUB_DEFAULTS } from "../core/options.ts";
import type { Profile } from "../core/profile.ts";
import { MAX_KEEP } from "../core/request.ts";
import { ADDRESS_FORM, parseAddress } from "./address.ts";
import { LOG_LEVELS, type Config, type DeflateConfig } from "./config.ts";
import type { Settings } from "./settings.ts";

// Every message says what is allowed; whoever reports it adds the key, the value and where the value came from.

const DAY_MS = 86_400_000;

const text = z.string({ error: "text" }).min(1, { error: "text that is not empty" });
const pattern = parsed(parsePattern);
const filter = parsed((value): Filter => parseFilter(value));
const milliseconds = (min: number, max: number): z.ZodInt => integer(min, max, "milliseconds");
const count = integer(1, Number.MAX_SAFE_INTEGER);

const addr = text.refine((value) => parseAddress(value) !== undefined, { error: ADDRESS_FORM });
const log = z.literal("memory:", { error: '"memory:", or the key db for a SQLite file' });

const auth = object({
  secret: text
    .refine((value) => new TextEncoder().encode(value).length >= 32, { error: "at least 32 bytes of text" })
    .optional(),
  jwks: text.refine(isKeySet, { error: "an https address, a file, or an http address on loopback" }).optional(),
  issuer: text.optional(),
  audience: text.optional(),
  authenticator: z
    .custom<Authenticator>((value) => typeof (value as Partial<Authenticator> | null)?.authenticate === "function", {
      error: "an object with a method authenticate",
    })
    .optional(),
});

const host = text.regex(/^(?:[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])$/, { error: "a host name without scheme and port" });
const origin = text.refine((value) => URL.canParse(value) && new URL(value).origin === value, {
  error: "an origin, such as https://app.example.org",
});

const delivery = z.union(
  [
    z.strictObject({ policy: z.literal("complete") }),
    z.strictObject({ policy: z.literal("latest"), keep: integer(1, MAX_KEEP) }),
    z.strictObject({ policy: z.literal("conflate"), key: text }),
  ],
  { error: '{policy: "complete"}, {policy: "latest", keep: NUMBER} or {policy: "conflate", key: ATTRIBUTE}' },
);

const profile = object({
  name: text.regex(/^[A-Za-z0-9_-]+$/, { error: 'a name of letters, digits, "_" and "-"' }),
  topics: list(pattern).optional(),
  filter: filter.optional(),
  transform: z
    .custom<Profile["transform"]>((value) => typeof value === "function", { error: "a function of an event" })
    .optional(),
  delivery: delivery.optional(),
  subscriptionsPerConnection: count.optional(),
}).transform(withoutUndefined);

const contract = z.custom<TopicContract>(
  (value) => {
    const { pattern: name, types } = (value ?? {}) as Partial<TopicContract>;
    return typeof name === "string" && typeof types === "object" && types !== null;
  },
  { error: "a contract made by defineTopic" },
);

const rule = object({
  topics: pattern,
  maxAgeMs: count.optional(),
  maxEvents: count.optional(),
  maxBytes: count.optional(),
})
  .refine((value) => Object.values(value).filter((bound) => bound !== undefined).length > 1, {
    error: "at least one of maxAgeMs, maxEvents, maxBytes",
  })
  .transform(withoutUndefined);

const flag = z.boolean({ error: "true or false" });
const windowBits = integer(8, 15);

const deflate = object({
  serverNoContextTakeover: flag.optional(),
  clientNoContextTakeover: flag.optional(),
  serverMaxWindowBits: windowBits.optional(),
  clientMaxWindowBits: windowBits.optional(),
  threshold: integer(0, 2 ** 31, "bytes").optional(),
  concurrencyLimit: integer(1, 2 ** 31).optional(),
});

const websocket = object({
  pingMs: milliseconds(100, DAY_MS).default(15_000),
  idleMs: milliseconds(100, DAY_MS).optional(),
  pendingRequests: integer(1, 2 ** 31).default(64),
  // A switch or an object: a union would hide which key of the object is wrong.
  perMessageDeflate: z
    .unknown()
    .transform((value, context): boolean | DeflateConfig => {
      if (typeof value === "boolean") return value;
      const { data, error } = deflate.safeParse(value, { reportInput: true });
      for (const issue of error?.issues ?? [])
        context.addIssue({
          ...issue,
          message:
            issue.code === "invalid_type" && issue.path.length === 0
              ? `true, false or ${issue.message}`
              : issue.message,
        });
      return data ?? z.NEVER;
    })
    .default(false),
});

const app = z.custom<App>(isApp, { error: "an app made by defineApp" });

const relay = object({
  pollMs: milliseconds(10, 60_000).default(500),
  batch: integer(1, 1_000).default(100),
  leaseMs: milliseconds(100, 600_000).default(10_000),
  maxAttempts: integer(1, 1_000).default(10),
  retryBaseMs: milliseconds(1, 60_000).default(200),
  retryMaxMs: milliseconds(1, DAY_MS).default(30_000),
  sentKeepMs: milliseconds(0, 400 * DAY_MS).default(DAY_MS),
  summaryMs: milliseconds(10, DAY_MS).default(15_000),
}).refine(({ retryBaseMs, retryMaxMs }) => retryMaxMs >= retryBaseMs, { error: "retryMaxMs of at least retryBaseMs" });

const limits = object(
  Object.fromEntries(
    Object.keys(DEFAULT_LIMITS).map((name) => [name, integer(name === "publishRate" ? 0 : 1, 2 ** 31)]),
  ),
)
  .partial()
  .transform((given): Limits => ({ ...DEFAULT_LIMITS, ...withoutUndefined(given) }));

/** Checks a whole configuration and fills in what it leaves out. */
export const settingsSchema: z.ZodType<Settings, Config> = object({
  addr: addr.default("127.0.0.1:3001"),
  db: text.default(".fanfare/fanfare.db"),
  log: log.optional(),
  sync: z.enum(["full", "normal"], { error: '"full" or "normal"' }).default("full"),
  auth: auth.optional(),
  hosts: list(host).default([]),
  origins: list(origin).default([]),
  profiles: list(profile)
    .refine((all) => new Set(all.map(({ name }) => name)).size === all.length, { error: "names that differ" })
    .default([]),
  topics: list(contract).default([]),
  privateTopics: list(pattern).default([]),
  limits: limits.default(DEFAULT_LIMITS),
  heartbeatMs: milliseconds(100, 600_000).default(15_000),
  stallTimeoutMs: milliseconds(100, DAY_MS).default(30_000),
  tailBytes: integer(1024, 2 ** 40, "bytes").default(32 * 1024 * 1024),
  replayCacheBytes: integer(0, 2 ** 40, "bytes").default(HUB_DEFAULTS.replayCacheBytes),
  flush: object({
    bytes: integer(1024, 2 ** 30, "bytes").default(HUB_DEFAULTS.flushBytes),
    events: integer(1, 2 ** 31).default(HUB_DEFAULTS.flushEvents),
  }).prefault({}),
  websocket: websocket.prefault({}),
  retention: object({
    rules: list(rule),
    everyMs: milliseconds(100, DAY_MS).default(60_000),
  }).default({ rules: [], everyMs: 60_000 }),
  apps: list(app)
    .refine((all) => new Set(all.map(({ name }) => name)).size === all.length, { error: "apps whose names differ" })
    .default([]),
  relay: relay.prefault({}),
  logging: object({
    level: z.enum(LOG_LEVELS, { error: LOG_LEVELS.map((level) => `"${level}"`).join(", ") }).default("info"),
    pretty: z.boolean({ error: "true or false" }).optional(),
  }).default({ level: "info" }),
  shutdown: object({
    spreadMs: milliseconds(0, 600_000).default(2_000),
    deadlineMs: milliseconds(100, 600_000).default(10_000),
  }).default({ spreadMs: 2_000, deadlineMs: 10_000 }),
}) as unknown as z.ZodType<Settings, Config>;

function isKeySet(value: string): boolean {
  try {
    jwksAuthenticator(value);
    return true;
  } catch {
    return false;
  }
}

function object<Shape extends z.ZodRawShape>(shape: Shape): z.ZodObject<Shape, z.core.$strict> {
  const keys = Object.keys(shape).join(", ");
  return z.strictObject(shape, { error: ({ code }) => (code === "unrecognized_keys" ? keys : `an object of ${keys}`) });
}

function list<Item extends z.ZodType>(item: Item): z.ZodArray<Item> {
  return z.array(item, { error: "a list" });
}

function integer(min: number, max: number, unit = ""): z.ZodInt {
  const range = max === Number.MAX_SAFE_INTEGER ? `from ${min}` : `from ${min} to ${max}`;
  const error = `a whole number ${range}${unit === "" ? "" : ` (${unit})`}`;
  return z.int({ error }).min(min, { error }).max(max, { error });
}

/** What the protocol's own parser takes, with its own words for what it does not. */
function parsed<Value>(parse: (value: unknown) => Value): z.ZodType<Value> {
  return z.unknown().transform((value, context): Value => {
    try {
      return parse(value);
    } catch (error) {
      if (!isFanfareError(error)) throw error;
      context.addIssue({ code: "custom", message: error.message, params: { complete: true } });
      return z.NEVER;
    }
  }) as z.ZodType<Value>;
}

function withoutUndefined<Value extends object>(value: Value): Value {
  return Object.fromEntries(Object.entries(value).filter(([, entry]) => entry !== undefined)) as Value;
}
