import { FanfareError, isFanfareError, parseFilter, parsePattern, type TopicContract } from "@fanfare/protocol";
import type { Command } from "commander";
import type { Migration } from "kysely/migration";
import type { Profile } from "../core/profile.ts";
import type { ProbeResult } from "../http/probe.ts";
import type { AppCli } from "./cli.ts";
import type { AppContext, StartContext } from "./context.ts";
import { checkReaction, type Reaction } from "./reactions/reaction.ts";
import type { Handlers, RouteTable, Service } from "./route.ts";
import { checkRoutes } from "./route-check.ts";

/** Adds sub-commands to the command of an app. */
export type AppCommands<Routes extends RouteTable> = (program: Command, cli: AppCli<Service<Routes>>) => void;

/** What an app is. */
export interface AppSpec<Tables, Routes extends RouteTable> {
  /** `[a-z][a-z0-9-]{0,31}`: its addresses `/api/v1/<name>` and `/<name>`, `fanfare <name>`, its database's file. */
  readonly name: string;
  /** What it publishes, by `defineTopic`; added to the daemon's contracts. */
  readonly topics?: readonly TopicContract[] | undefined;
  /** Patterns of topics that the generic doors show only with a grant that names them. */
  readonly privateTopics?: readonly string[] | undefined;
  /** Added to the daemon's profiles. */
  readonly profiles?: readonly AppProfile[] | undefined;
  /** Kysely's migrations by name, run in the order of their names, each once. */
  readonly migrations?: Readonly<Record<string, Migration>> | undefined;
  /** The service's interface: each route is a method of it. */
  readonly routes: Routes;
  /** The one implementation of the interface, made once when the app is opened. */
  service(context: AppContext<Tables>): Handlers<Routes>;
  /** By name; the name is the key of its cursor, so a new name begins anew. */
  readonly reactions?: Readonly<Record<string, Reaction<Tables>>> | undefined;
  /** Folder of built pages, served below `/<name>/`; an address without a file is answered with its index.html. */
  readonly pages?: string | URL | undefined;
  /** Adds sub-commands to `fanfare <name>`. */
  readonly commands?: AppCommands<Routes> | undefined;
  /** Work of its own beside requests and reactions, in a daemon only. Ends soon after the signal. */
  start?(context: StartContext<Tables, Service<Routes>>): Promise<void> | void;
  /** What it adds to its part of the daemon's health. */
  health?(context: AppContext<Tables>): Promise<ProbeResult>;
}

/** A profile as an app declares it. */
export interface AppProfile extends Omit<Profile, "topics"> {
  readonly topics?: readonly string[];
}

/** A defined app: what `apps` of fanfare.config.ts lists. */
export interface App<Routes extends RouteTable = RouteTable> {
  readonly kind: "fanfare.app";
  readonly name: string;
  readonly routes: Routes;
  /** The definition, for those who run it. */
  readonly spec: unknown;
}

/**
 * Defines an app. Throws `invalid_request` that names the key for what no daemon could run.
 *
 * @example
 * export const notes = defineApp({
 *   name: "notes",
 *   routes: { addNote: defineRoute({ method: "POST", path: "/notes", summary: "Add a note", input, output }) },
 *   service: ({ db }: AppContext<NotesTables>) => ({
 *     addNote: ({ text }, call) =>
 *       db.transaction(async (tx) => {
 *         await tx.outbox.add("notes.added", { type: "note.added", data: { text } });
 *         return { text };
 *       }),
 *   }),
 * });
 */
export function defineApp<Tables, const Routes extends RouteTable>(spec: AppSpec<Tables, Routes>): App<Routes> {
  const { name, routes, reactions = {} } = spec;
  try {
    checkName(name);
    checkRoutes(name, routes);
    for (const pattern of spec.privateTopics ?? []) parsePattern(pattern);
    for (const { topics = [], filter } of spec.profiles ?? []) {
      for (const pattern of topics) parsePattern(pattern);
      if (filter !== undefined) parseFilter(filter);
    }
    for (const [key, reaction] of Object.entries(reactions)) checkReaction(reaction, `reactions.${key}`);
  } catch (error) {
    if (!isFanfareError(error)) throw error;
    throw new FanfareError(error.code, `app ${JSON.stringify(name)}: ${error.message}`, { cause: error });
  }
  return { kind: "fanfare.app", name, routes, spec };
}

/** Whether a value is an app, also one that another copy of this package has defined. */
export function isApp(value: unknown): value is App {
  return typeof value === "object" && value !== null && "kind" in value && value.kind === "fanfare.app";
}

/** The definition of an app; what its tables are is its own business. */
export function specOf<Routes extends RouteTable>({ spec }: App<Routes>): AppSpec<unknown, Routes> {
  return spec as AppSpec<unknown, Routes>;
}

const NAME = /^[a-z][a-z0-9-]{0,31}$/;

/** What `/<name>`, `/api/v1/<name>` and `fanfare <name>` mean already. */
const TAKEN: ReadonlySet<string> = new Set(
  (
    "api assets metrics topics events ws connections consumers tokens health " +
    "serve publish tail token log outbox reactions bench help"
  ).split(" "),
);

function checkName(name: string): void {
  if (typeof name !== "string" || !NAME.test(name))
    throw new FanfareError(
      "invalid_request",
      "name: must be 1 to 32 lower-case letters, digits and hyphens, a letter first",
    );
  if (TAKEN.has(name)) throw new FanfareError("invalid_request", "name: has a meaning of Fanfare's own");
}
