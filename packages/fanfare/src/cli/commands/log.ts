import { Command } from "commander";
import { CliError, EXIT } from "../exit.ts";
import { counted, paint, print, printJson } from "../terminal.ts";

interface FileOptions {
  readonly db?: string;
  readonly config?: string;
  readonly json?: boolean;
}

const VERIFY_EXAMPLES = `
Examples:
  $ fanfare log verify
  $ fanfare log verify --db backup.db && echo sound

It reads the whole file and changes nothing; a daemon may run meanwhile. Exit code 1 when the log is not sound.`;

const RESTORE_EXAMPLES = `
Examples:
  $ sqlite3 .fanfare/fanfare.db ".backup 'backup.db'"    a backup, also while a daemon runs
  $ fanfare log restore backup.db

The daemon must be stopped. What the log held is gone; the restored one begins a new epoch, so that readers who come back
with a cursor of before are told that history was replaced.`;

/** Commands for the log's file itself: they need no daemon. */
export function logCommand(): Command {
  return new Command("log")
    .summary("look after the log's file")
    .description("Look after the log's file.")
    .addCommand(
      withFile(new Command("verify").description("Check that the log is sound."))
        .addHelpText("after", VERIFY_EXAMPLES)
        .action(verify),
    )
    .addCommand(
      withFile(new Command("restore").description("Make the log what a backup holds."))
        .argument("<backup>", "a copy of a log's SQLite file")
        .addHelpText("after", RESTORE_EXAMPLES)
        .action(restore),
    );
}

function withFile(command: Command): Command {
  return command
    .option("--db <file>", "the log's SQLite file (FANFARE_DB; default: .fanfare/fanfare.db)")
    .option("--config <file>", "the daemon's configuration (FANFARE_CONFIG)")
    .option("--json", "print a document");
}

/** The file that a daemon of the same configuration would open. */
async function fileOf({ db, config }: FileOptions): Promise<string> {
  // Loaded here, as most commands read no configuration.
  const { loadConfig } = await import("../../daemon/load-config.ts");
  const settings = await loadConfig({ folder: process.cwd(), env: process.env, flags: { db, config } });
  if (settings.log !== undefined) throw new CliError(EXIT.failed, "the log is kept in memory only: there is no file");
  return settings.db;
}

async function verify(options: FileOptions): Promise<void> {
  const { verifyLog } = await import("../../stores/sqlite/verify.ts");
  const report = verifyLog(await fileOf(options));
  const { path, epoch, events, topics, last, problems } = report;
  if (options.json === true) printJson(report);
  else {
    const found = problems.length === 0 ? "sound" : counted(problems.length, "problem");
    print(
      `${path}: ${found}; ${counted(events, "event")} of ${counted(topics, "topic")} up to position ${last}, epoch ${epoch}`,
    );
    for (const problem of problems) print(`${paint.red("✗")} ${problem}`);
  }
  if (problems.length > 0) throw new CliError(EXIT.failed, "the log is not sound");
}

async function restore(backup: string, options: FileOptions): Promise<void> {
  const { restoreLog } = await import("../../stores/sqlite/restore.ts");
  const path = await fileOf(options);
  const { epoch, last } = await restoreLog(backup, path);
  if (options.json === true) printJson({ path, epoch, last });
  else print(`${path}: restored up to position ${last}, as epoch ${epoch}`);
}
