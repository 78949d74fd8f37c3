import { run } from "./run.ts";
import type { Tally } from "./tally.ts";

type Check = { name: string; command: [string, ...string[]] };

/** What must hold besides the tests. Each counts as one test. */
const checks: Check[] = [
  { name: "the packages compile", command: ["tsc", "-b", "tsconfig.build.json"] },
  { name: "the home page builds", command: ["vite", "build", "packages/fanfare/page", "--logLevel", "warn"] },
  { name: "the core needs no runtime", command: ["tsc", "-p", "packages/fanfare/tsconfig.core.json"] },
  { name: "tests, scripts and benchmarks compile", command: ["tsc", "-b"] },
  { name: "the linter finds nothing", command: ["oxlint"] },
  { name: "every file is formatted", command: ["oxfmt", "--check"] },
  { name: "nothing is unused", command: ["knip", "--no-progress", "--treat-config-hints-as-errors"] },
  { name: "the packages are whole, and their types those of their code", command: ["node", "scripts/packages.ts"] },
  { name: "the packages keep their budgets", command: ["node", "scripts/size.ts"] },
  { name: "the client is small in a page", command: ["node", "scripts/bundle-size.ts"] },
];

export async function runChecks(): Promise<Tally> {
  const tally = { passed: 0, failed: 0 };
  for (const { name, command } of checks) {
    const started = performance.now();
    const [program, ...args] = command;
    const { code, output } = await run(program, args);
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    console.log(`${code === 0 ? "✓" : "✗"} ${name} (${seconds} s)`);
    if (code === 0) tally.passed += 1;
    else {
      tally.failed += 1;
      console.log(`  $ ${command.join(" ")}\n${output}`);
    }
  }
  return tally;
}

if (import.meta.main) {
  const { failed } = await runChecks();
  process.exitCode = failed === 0 ? 0 : 1;
}
