export { sqliteLog, type SqliteLog, type SqliteLogOptions } from "./stores/sqlite/log.ts";
