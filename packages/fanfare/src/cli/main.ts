import { runCli } from "./program.ts";
import { endWithReader } from "./terminal.ts";

endWithReader();
const code = await runCli(process.argv.slice(2));
// A read of standard input that nobody waits for any more would keep the process; what was written goes out first.
process.stdout.write("", () => process.stderr.write("", () => process.exit(code)));
