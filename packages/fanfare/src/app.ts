export { type Actor } from "./apps/actor.ts";
export { defineApp, type App, type AppCommands, type AppProfile, type AppSpec } from "./apps/app.ts";
export { type Call, type Caller, type Idempotency } from "./apps/call.ts";
export { type AppCli, type CommandRun, type Where } from "./apps/cli.ts";
export { type AppContext, type AppFigures, type AppHub, type AppLogger, type StartContext } from "./apps/context.ts";
export { type AppDatabase, type AppTransaction } from "./apps/database/app-database.ts";
export { isConstraintError, SqlError } from "./apps/database/fault.ts";
export { appFile } from "./apps/database/file.ts";
export { openApp } from "./apps/open-app.ts";
export { type OpenAppOptions, type OpenedApp } from "./apps/opened-app.ts";
export { type EventReaction, type Reaction, type RetryOptions, type TimedReaction } from "./apps/reactions/reaction.ts";
export { type ReactionFigures, type TimerFigures } from "./apps/reactions/figures.ts";
export { remoteService, UnreachedError, type RemoteServer } from "./apps/remote-service.ts";
export {
  defineRoute,
  type CheckedOf,
  type Handlers,
  type InputOf,
  type OutputOf,
  type RouteSpec,
  type RouteTable,
  type Service,
} from "./apps/route.ts";
export { type ProbeResult } from "./http/probe.ts";
