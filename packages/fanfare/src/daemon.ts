export { ConfigError, type Source } from "./daemon/config-error.ts";
export {
  defineConfig,
  type AuthConfig,
  type Config,
  type LoggingConfig,
  type LogLevel,
  type ProfileConfig,
  type RelayConfig,
  type RetentionConfig,
  type RetentionRule,
  type ShutdownConfig,
} from "./daemon/config.ts";
export { startDaemon, type Daemon } from "./daemon/daemon.ts";
export { DaemonError } from "./daemon/daemon-error.ts";
