import { Command } from "commander";
import type { Daemon } from "../../daemon/daemon.ts";
import type { ServeFlags } from "../../daemon/load-config.ts";
import { EXIT } from "../exit.ts";
import { print } from "../terminal.ts";

const EXAMPLES = `
Examples:
  $ fanfare serve
  $ fanfare serve --addr 127.0.0.1:4000 --db /var/lib/fanfare/events.db
  $ FANFARE_AUTH_SECRET=… fanfare serve --addr 0.0.0.0:3001
  $ fanfare serve --addr 127.0.0.1:0 --log memory:     a free port, and nothing is kept
  $ fanfare serve --worker-interval 500ms --worker-batch-size 100 --worker-log-period 15s --shutdown-timeout 10s

Flags win over the environment (FANFARE_ADDR, FANFARE_DB, FANFARE_CONFIG, FANFARE_AUTH_SECRET, FANFARE_AUTH_JWKS), which
wins over fanfare.config.ts. The line "listening on …" goes to standard output once the port is bound; logs go to standard
error. An interrupt stops it in peace, a second one at once.`;

export function serveCommand(): Command {
  return new Command("serve")
    .summary("run a daemon")
    .description("Run a daemon: the log, and every door to it.")
    .option("--addr <host:port>", "where to listen; :3001 is 127.0.0.1:3001 (default: 127.0.0.1:3001)")
    .option("--db <file>", "the log's SQLite file (default: .fanfare/fanfare.db)")
    .option("--config <file>", "configuration (default: fanfare.config.ts, where there is one)")
    .option("--log <url>", "another engine than the SQLite file: memory:")
    .option("--worker-interval <duration>", "how often the apps' relays look for what they missed (default: 500ms)")
    .option("--worker-batch-size <rows>", "rows that a relay takes at once (default: 100)")
    .option("--worker-log-period <duration>", "least time between two lines about a relay's work (default: 15s)")
    .option("--shutdown-timeout <duration>", "a stop that takes longer ends at once (default: 10s)")
    .addHelpText("after", EXAMPLES)
    .action(serve);
}

async function serve(flags: ServeFlags): Promise<void> {
  // Loaded here: the other commands start without a database, a web server and a logger.
  const { loadConfig } = await import("../../daemon/load-config.ts");
  const { startDaemon } = await import("../../daemon/daemon.ts");
  const settings = await loadConfig({ folder: process.cwd(), env: process.env, flags });
  const daemon = await startDaemon(settings);
  const stopped = untilStopped(daemon);
  print(`listening on ${daemon.url}`);
  await stopped;
}

/** npm hands on the interrupt that the terminal has sent already; people press twice more slowly. */
const ECHO_MS = 200;

/** The first signal asks for a stop in peace, the second for one at once. */
function untilStopped(daemon: Daemon): Promise<void> {
  return new Promise((resolve, reject) => {
    let asked: number | undefined;
    const stop = (signal: NodeJS.Signals): void => {
      if (asked !== undefined) {
        if (performance.now() - asked > ECHO_MS) process.exit(EXIT.failed);
        return;
      }
      asked = performance.now();
      daemon.stop(signal).then(resolve, reject);
    };
    process.on("SIGINT", stop).on("SIGTERM", stop);
  });
}
