import { Argument, Command } from "commander";
import type { Verdict } from "../../outbox/amendment.ts";
import type { OutboxFigures } from "../../outbox/figures.ts";
import type { Chosen } from "../../outbox/operations.ts";
import type { OutboxEntry } from "../../outbox/row.ts";
import { CliError, EXIT } from "../exit.ts";
import { collect, toNumber } from "../options.ts";
import { withOutbox } from "../outbox-file.ts";
import { counted, harmless, note, paint, print, printJson, table } from "../terminal.ts";

interface FileOptions {
  readonly db: string;
  readonly json?: boolean;
}

interface ChoiceOptions extends FileOptions {
  readonly dead?: boolean;
}

interface RetryOptions extends ChoiceOptions {
  readonly newId?: boolean;
}

/** Rows of each state that are shown. */
const SHOWN = 50;

const STATUS_EXAMPLES = `
Examples:
  $ fanfare outbox status --db shop.db
  $ fanfare outbox status --db shop.db --json | jq .dead`;

const RETRY_EXAMPLES = `
Examples:
  $ fanfare outbox retry 17 18 --db shop.db
  $ fanfare outbox retry --dead --db shop.db
  $ fanfare outbox retry 17 --new-id --db shop.db

A row keeps its event's id, so that nothing is published twice. Where the log may have forgotten the id, which takes a
month, the row is refused: if the event is not in the log, retry it with --new-id.`;

const DISCARD_EXAMPLES = `
Examples:
  $ fanfare outbox discard 17 --db shop.db
  $ fanfare outbox discard --dead --db shop.db

Their events are never published.`;

/** Commands for an application's outbox. */
export function outboxCommand(): Command {
  return new Command("outbox")
    .summary("look after an application's outbox")
    .description("Look after an application's outbox: what waits, what is dead, and what becomes of it.")
    .addCommand(
      withFile(new Command("status").description("Show what an outbox holds and what it has done."))
        .addHelpText("after", STATUS_EXAMPLES)
        .action(status),
    )
    .addCommand(
      withRows(new Command("retry").description("Publish dead or failed rows again, at once."))
        .option("--new-id", "as new events: the log may have forgotten their ids")
        .addHelpText("after", RETRY_EXAMPLES)
        .action(retry),
    )
    .addCommand(
      withRows(new Command("discard").description("Delete dead or failed rows."))
        .addHelpText("after", DISCARD_EXAMPLES)
        .action(discard),
    );
}

function withFile(command: Command): Command {
  return command
    .requiredOption("--db <file>", "the application's SQLite file, or a postgres:// address")
    .option("--json", "print a document");
}

function withRows(command: Command): Command {
  const rows = new Argument("[rows...]", "numbers, as status shows them").argParser(collect(toNumber(1)));
  return withFile(command.addArgument(rows)).option("--dead", "all dead rows");
}

async function status({ db, json }: FileOptions): Promise<void> {
  const shown = await withOutbox(db, async (store) => ({
    ...(await store.figures({ now: Date.now() })),
    deadRows: await store.list({ state: "dead", after: 0, limit: SHOWN }),
    failedRows: await store.list({ state: "failed", after: 0, limit: SHOWN }),
  }));
  if (json === true) return printJson(shown);
  const { deadRows, failedRows, ...figures } = shown;
  print(words(figures));
  const rows = [...deadRows, ...failedRows];
  if (rows.length === 0) return;
  print("");
  print(table(["ROW", "STATE", "REFUSED", "TOPIC", "TYPE", "KEY", "ERROR"], rows.map(cellsOf)));
  const more = figures.dead + figures.failed - rows.length;
  if (more > 0) note(`and ${counted(more, "row")} more`);
}

function words({ pending, leased, failed, dead, sent, oldestPendingAgeMs, lastError, totals }: OutboxFigures): string {
  const oldest = pending + leased + failed === 0 ? "" : `, the oldest for ${Math.round(oldestPendingAgeMs / 1_000)} s`;
  const lines: readonly (readonly [string, string])[] = [
    ["waiting", `${pending + leased + failed}${oldest}`],
    ["pending", String(pending)],
    ["leased", String(leased)],
    ["failed", String(failed)],
    ["dead", `${dead}, ${totals.died} in all`],
    ["sent", `${totals.sent}, ${totals.duplicates} of them duplicates; ${sent} kept`],
    [
      "last error",
      lastError === undefined ? "-" : `${new Date(lastError.at).toISOString()} ${plain(lastError.message)}`,
    ],
  ];
  return lines.map(([name, value]) => `${paint.dim(name.padEnd(14))} ${value}`).join("\n");
}

function cellsOf({
  number,
  state,
  attempts,
  topic,
  type,
  key,
  error = "-",
}: OutboxEntry): readonly (string | number)[] {
  return [number, state, attempts, topic, type, key === topic ? "-" : plain(key), plain(error)];
}

/** Foreign text on one line. */
function plain(text: string): string {
  return harmless(JSON.stringify(text)).slice(1, -1);
}

async function retry(rows: readonly number[], options: RetryOptions): Promise<void> {
  const { retryRows } = await import("../../outbox/operations.ts");
  const chosen = choose(rows, options);
  tell(await withOutbox(options.db, (store) => retryRows(store, chosen, { newId: options.newId })), options);
}

async function discard(rows: readonly number[], options: ChoiceOptions): Promise<void> {
  const { discardRows } = await import("../../outbox/operations.ts");
  const chosen = choose(rows, options);
  tell(await withOutbox(options.db, (store) => discardRows(store, chosen)), options);
}

function choose(rows: readonly number[], { dead = false }: ChoiceOptions): Chosen {
  if (dead === rows.length > 0) throw new CliError(EXIT.usage, "rows: give their numbers, or --dead for all dead ones");
  return dead ? "dead" : [...new Set(rows)];
}

function tell(verdicts: readonly Verdict[], { json }: FileOptions): void {
  if (json === true) printJson({ rows: verdicts });
  else for (const verdict of verdicts) print(sentence(verdict));
  if (verdicts.length === 0) note("no row is dead");
  const refused = verdicts.filter(({ kind }) => kind === "refused").length;
  if (refused > 0) throw new CliError(EXIT.failed, `${counted(refused, "row")} refused`);
}

function sentence(verdict: Verdict): string {
  switch (verdict.kind) {
    case "retried": {
      return `${verdict.number} is due again, as ${plain(verdict.id)}`;
    }
    case "discarded": {
      return `${verdict.number} is gone`;
    }
    case "refused": {
      return `${paint.red("✗")} ${verdict.number}: ${verdict.reason}`;
    }
  }
}
