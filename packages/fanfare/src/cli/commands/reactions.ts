import { Argument, Command } from "commander";
import type { ChosenLetters, LetterEntry, ReactionEntry, ReactionsDesk } from "../../apps/reactions/desk.ts";
import { CliError, EXIT } from "../exit.ts";
import { collect, toNumber } from "../options.ts";
import { counted, harmless, note, print, printJson, table } from "../terminal.ts";

interface FileOptions {
  readonly db: string;
  readonly json?: boolean;
}

interface ChoiceOptions extends FileOptions {
  readonly dead?: boolean;
}

/** Letters that are shown. */
const SHOWN = 100;

const STATUS_EXAMPLES = `
Examples:
  $ fanfare reactions status --db .fanfare/fanfare-forum.db
  $ fanfare reactions status --db .fanfare/fanfare-forum.db --json | jq .letters`;

const RETRY_EXAMPLES = `
Examples:
  $ fanfare reactions retry 3 4 --db .fanfare/fanfare-forum.db
  $ fanfare reactions retry --dead --db .fanfare/fanfare-forum.db

The app that runs on the file handles them within a second, out of their order; else the next one that does.`;

const DISCARD_EXAMPLES = `
Examples:
  $ fanfare reactions discard 3 --db .fanfare/fanfare-forum.db
  $ fanfare reactions discard --dead --db .fanfare/fanfare-forum.db

Their events are never handled.`;

/** Commands for the reactions of an app. */
export function reactionsCommand(): Command {
  return new Command("reactions")
    .summary("look after an app's reactions")
    .description("Look after an app's reactions: how far they are, and what they could not handle.")
    .addCommand(
      withFile(new Command("status").description("Show how far the reactions are, and the dead letters."))
        .addHelpText("after", STATUS_EXAMPLES)
        .action(status),
    )
    .addCommand(
      withLetters(new Command("retry").description("Have dead letters handled again."))
        .addHelpText("after", RETRY_EXAMPLES)
        .action((letters: readonly number[], options: ChoiceOptions) =>
          change(letters, options, "is due again", (desk, chosen) => desk.retry(chosen)),
        ),
    )
    .addCommand(
      withLetters(new Command("discard").description("Delete dead letters."))
        .addHelpText("after", DISCARD_EXAMPLES)
        .action((letters: readonly number[], options: ChoiceOptions) =>
          change(letters, options, "is gone", (desk, chosen) => desk.discard(chosen)),
        ),
    );
}

function withFile(command: Command): Command {
  return command
    .requiredOption("--db <file>", "the app's own SQLite file, such as .fanfare/fanfare-forum.db")
    .option("--json", "print a document");
}

function withLetters(command: Command): Command {
  const letters = new Argument("[letters...]", "numbers, as status shows them").argParser(collect(toNumber(1)));
  return withFile(command.addArgument(letters)).option("--dead", "all dead letters");
}

async function status({ db, json }: FileOptions): Promise<void> {
  using desk = await open(db);
  const [reactions, letters] = [desk.reactions(), desk.letters(SHOWN)];
  if (json === true) return printJson({ reactions, letters });
  if (reactions.length === 0) return note("no reaction has begun yet");
  print(table(["REACTION", "CURSOR", "HANDLED", "GAPS", "DIED", "LAST ERROR"], reactions.map(reactionCells)));
  if (letters.length === 0) return;
  print("");
  print(
    table(["LETTER", "STATE", "REACTION", "POSITION", "TOPIC", "TYPE", "TRIED", "ERROR"], letters.map(letterCells)),
  );
  if (letters.length === SHOWN) note("and perhaps more");
}

function reactionCells(entry: ReactionEntry): readonly (string | number)[] {
  const { name, cursor, handled, gaps, died, error } = entry;
  return [name, cursor, handled, gaps, died, error === null ? "-" : plain(error)];
}

function letterCells(entry: LetterEntry): readonly (string | number)[] {
  const { number, state, reaction, position, topic, type, attempts, error } = entry;
  return [number, state, reaction, position, topic, type, attempts, plain(error)];
}

async function change(
  letters: readonly number[],
  { db, dead = false, json }: ChoiceOptions,
  words: string,
  act: (desk: ReactionsDesk, chosen: ChosenLetters) => readonly number[],
): Promise<void> {
  if (dead === letters.length > 0)
    throw new CliError(EXIT.usage, "letters: give their numbers, or --dead for all dead ones");
  using desk = await open(db);
  const done = act(desk, dead ? "dead" : letters);
  if (json === true) printJson({ letters: done });
  else for (const number of done) print(`${number} ${words}`);
  const missing = letters.filter((number) => !done.includes(number));
  if (dead && done.length === 0) note("no letter is dead");
  if (missing.length > 0)
    throw new CliError(EXIT.failed, `${counted(missing.length, "letter")} not dead: ${missing.join(", ")}`);
}

async function open(db: string): Promise<ReactionsDesk> {
  // Loaded here, as most commands need no database.
  const { ReactionsDesk: Desk } = await import("../../apps/reactions/desk.ts");
  return new Desk(db);
}

/** Foreign text on one line. */
function plain(text: string): string {
  return harmless(JSON.stringify(text)).slice(1, -1);
}
