export { sqliteLog, type SqliteLog, type SqliteLogOptions } from "./stores/sqlite/log.ts";
export { restoreLog, type Restored } from "./stores/sqlite/restore.ts";
export { verifyLog, type LogReport } from "./stores/sqlite/verify.ts";
