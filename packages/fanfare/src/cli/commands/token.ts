import { Command, Option } from "commander";
import { CliError, EXIT } from "../exit.ts";
import { GRANT_FORM, toGrant, type GrantOption } from "../grants.ts";
import { collect, toDuration } from "../options.ts";
import { note, print, printJson } from "../terminal.ts";

interface TokenOptions {
  readonly sub: string;
  readonly grant?: readonly GrantOption[];
  readonly profile?: readonly string[];
  readonly expires: number | "never";
  readonly db?: string;
  readonly config?: string;
  readonly json?: boolean;
}

const EXAMPLES = `
Examples:
  $ fanfare token create --sub dashboard --grant 'subscribe:orders.>' --expires 30d
  $ fanfare token create --sub shop --grant 'publish:orders.>' --grant 'subscribe:stock.*'
  $ fanfare token create --sub eu --grant 'subscribe:orders.>:{"exact":{"region":"eu"}}'
  $ export FANFARE_TOKEN=$(fanfare token create --sub me --grant 'subscribe,publish,signal,admin:>')

It is signed with FANFARE_AUTH_SECRET or the configured auth.secret, else with the key beside the database, so that the
daemon of the same database takes it. The token goes to standard output and is not kept anywhere.`;

export function tokenCommand(): Command {
  return new Command("token").summary("make credentials").description("Make credentials.").addCommand(createCommand());
}

function createCommand(): Command {
  return new Command("create")
    .summary("make a token")
    .description("Make a token: who it is for, what it allows, how long.")
    .requiredOption("--sub <name>", "whom it is for")
    .addOption(
      new Option(`--grant <${GRANT_FORM}>`, "what it allows on which topics (repeatable)").argParser(collect(toGrant)),
    )
    .addOption(new Option("--profile <name>", "a profile it may ask for (repeatable)").argParser(collect(String)))
    .addOption(
      new Option("--expires <duration>", "12h, 30d, … or never").argParser(toExpiry).default(43_200_000, "12h"),
    )
    .option("--db <file>", "the daemon's database, whose key signs (FANFARE_DB)")
    .option("--config <file>", "the daemon's configuration (FANFARE_CONFIG)")
    .option("--json", "print a document with the token in it")
    .addHelpText("after", EXAMPLES)
    .action(create);
}

function toExpiry(text: string): number | "never" {
  return text === "never" ? text : toDuration(text);
}

async function create(options: TokenOptions): Promise<void> {
  const { sub, grant, profile, expires, db, config, json } = options;
  // Loaded here, as the other commands need no cryptography.
  const { createToken } = await import("../../access/token.ts");
  const { signingSecret } = await import("../../daemon/key.ts");
  const { loadConfig } = await import("../../daemon/load-config.ts");
  const settings = await loadConfig({ folder: process.cwd(), env: process.env, flags: { db, config } });
  const secret = await signingSecret(settings);
  if (secret === undefined)
    throw new CliError(EXIT.failed, "no key to sign with: the log is kept in memory only; set FANFARE_AUTH_SECRET");
  if (grant === undefined) note("fanfare: without --grant this token may connect and do nothing");
  const token = await createToken({
    secret,
    sub,
    grants: grant,
    profiles: profile,
    expiresIn: expires === "never" ? expires : expires / 1000,
  });
  if (json === true) printJson({ token });
  else print(token);
}
