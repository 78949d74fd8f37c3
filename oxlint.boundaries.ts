import type { OxlintOverride } from "oxlint";

/** What a file may not import: `regex` is matched against the specifier as written. */
type Forbidden = { regex: string; message: string };

const rule = (files: string[], patterns: Forbidden[], excludeFiles: string[] = ["**/*.test.ts"]): OxlintOverride => ({
  files,
  excludeFiles,
  rules: { "no-restricted-imports": ["error", { patterns }] },
});

/**
 * A layer that sees only itself and the named packages. Its depth is spelled out, because `../../x` leaves the layer
 * from one folder and stays inside from the next: one override per depth says exactly which climb leaves.
 */
const closed = (folder: string, outside: Forbidden): OxlintOverride[] =>
  ["*.ts", "*/*.ts", "*/*/*.ts", "*/*/*/*.ts"].map((glob, depth) =>
    rule(
      [`${folder}/${glob}`],
      [outside, { regex: `^(\\.\\./){${depth + 1}}`, message: `${folder} imports nothing outside itself.` }],
    ),
  );

const source = "packages/fanfare/src";

/** What the language itself offers against a layer that must give the same answer every time; types cannot refuse it. */
const deterministic = (folder: string, globals: string[]): OxlintOverride => ({
  files: [`${folder}/**/*.ts`],
  excludeFiles: ["**/*.test.ts"],
  rules: {
    "no-restricted-globals": ["error", ...globals],
    "no-restricted-properties": [
      "error",
      { object: "Date", property: "now", message: "Time comes through a port." },
      { object: "Math", property: "random", message: "Chance comes through a port." },
    ],
  },
});

/** A layer of the hub's package that must not reach the named sibling layers, nor one of its `adapters` another. */
const layer = (name: string, forbidden: string[], adapters: string[] = [], more: Forbidden[] = []): OxlintOverride =>
  rule(
    [`${source}/${name}/**/*.ts`],
    [
      { regex: `^(\\.\\./)+(${forbidden.join("|")})/`, message: `${name} must not know ${forbidden.join(", ")}.` },
      { regex: "^fanfare(/|$)", message: "Inside the package, import the file, not the package's own entry." },
      ...adapters.map((adapter) => ({
        regex: `^\\.\\./${adapter}/`,
        message: "One adapter never imports another: what they share belongs to the core or beside both.",
      })),
      ...more,
    ],
  );

const NO_HUB: Forbidden = {
  regex: "^fanfare(/|$)",
  message: "The client must do without the hub's package; only its testing kit knows it.",
};

const PUBLISHED: Forbidden[] = [
  { regex: "^(\\.\\./)+packages/", message: "Import a published entry, as a user would." },
  {
    regex: "^(fanfare|@fanfare/[a-z-]+)/(src|dist|bin)(/|$)",
    message: "Import a published entry, as a user would.",
  },
];

const published = (files: string[]): OxlintOverride => rule(files, PUBLISHED, []);

/** The doors of an app. They see its service by its interface, the folder `contract`, and nothing of how it is done. */
const door = (files: string[]): OxlintOverride =>
  rule(files, [
    ...PUBLISHED,
    {
      regex: "^(\\.\\./)+([^.c]|c[^o]|co[^n]|con[^t]|cont[^r]|contr[^a]|contra[^c]|contrac[^t]|contract[^/])",
      message: "A door of an app imports its contract alone: rules, tables and reactions are the service's.",
    },
    { regex: "^(kysely|node:sqlite)(/|$)", message: "A door of an app has no database." },
  ]);

/**
 * protocol ◄ core ◄ { stores, transports, http, access, outbox } ◄ apps ◄ daemon ◄ cli, as docs/adr/0001-workspace.md and
 * docs/adr/0041-apps.md say.
 * `contract` holds the schemas of bodies and frames, for the doors alone.
 */
export const boundaries: OxlintOverride[] = [
  ...closed("packages/protocol/src", { regex: "^[^.]", message: "The protocol has no dependency." }),
  ...closed(`${source}/core`, {
    regex: "^([^.@]|@[^f]|@f[^a]|@fa[^n]|@fan[^f]|@fanf[^a]|@fanfare/[^p])",
    message: "The core imports @fanfare/protocol and itself; everything else comes through a port.",
  }),
  rule(
    ["packages/client/src/**/*.ts"],
    [
      { regex: "^react(-dom)?(/|$)", message: "Only the folder react knows React: others use the client without it." },
      NO_HUB,
    ],
    ["**/*.test.ts", "packages/client/src/react/**"],
  ),
  rule(["packages/client/src/react/**/*.ts"], [NO_HUB]),
  rule(
    ["packages/client/kit/**/*.ts"],
    [{ regex: "^\\.\\./", message: "The kit imports the client's published entries, as a user would." }],
  ),
  ...closed("packages/client/src/core", {
    regex: "^([^.@]|@[^f]|@f[^a]|@fa[^n]|@fan[^f]|@fanf[^a]|@fanfare/[^p])",
    message: "The client's core imports @fanfare/protocol and itself; everything else comes through a port.",
  }),
  deterministic("packages/protocol/src", []),
  deterministic("packages/client/src/core", ["WebSocket", "fetch", "setTimeout", "localStorage"]),
  deterministic(`${source}/core`, ["Date"]),
  layer("contract", ["stores", "transports", "http", "access", "outbox", "apps", "testing", "daemon", "cli"]),
  layer(
    "stores",
    ["transports", "http", "access", "outbox", "contract", "apps", "testing", "daemon", "cli"],
    ["memory", "sqlite"],
  ),
  layer("transports", ["stores", "http", "access", "outbox", "apps", "testing", "daemon", "cli"], ["websocket", "sse"]),
  layer("http", ["stores", "transports", "access", "outbox", "apps", "testing", "daemon", "cli"]),
  layer("access", ["stores", "transports", "http", "outbox", "contract", "apps", "testing", "daemon", "cli"]),
  layer(
    "outbox",
    ["stores", "transports", "http", "access", "contract", "apps", "testing", "daemon", "cli"],
    ["sqlite", "postgres", "kysely"],
    [{ regex: "^(\\.\\./)+hub/([^n]|n[^o])", message: "Of the hub's folder the outbox takes Node's Runtime alone." }],
  ),
  deterministic(`${source}/outbox`, ["Date"]),
  layer("apps", ["stores", "transports", "access", "testing", "daemon", "cli"]),
  layer("testing", ["daemon", "cli"]),
  layer("daemon", ["testing", "cli"]),
  layer("cli", ["testing"]),
  published(["benchmarks/**/*.ts", "e2e/**/*.ts", "apps/**/*.ts"]),
  door(["apps/*/src/http/*.ts", "apps/*/src/cli/*.ts"]),
  ...closed("apps/forum/src/domain", {
    regex: "^([^.@]|@[^f]|@f[^a]|@fa[^n]|@fan[^f]|@fanf[^a]|@fanfare/[^p])",
    message: "The forum's domain imports @fanfare/protocol and itself; everything else is handed to it.",
  }),
  // What an app is made of leaves sockets, waiting and trying again to the hub, the outbox and the reactions.
  ...["domain", "contract", "store", "service", "reactions"].map((folder) =>
    deterministic(`apps/forum/src/${folder}`, ["setTimeout", "setInterval", "WebSocket", "EventSource", "fetch"]),
  ),
];
