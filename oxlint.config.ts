import { defineConfig } from "oxlint";
import { boundaries } from "./oxlint.boundaries.ts";

/** A body longer than this does two things. Blank lines and comments are free. */
const functionLines = { max: 60, skipBlankLines: true, skipComments: true };
const fileLines = { max: 300, skipBlankLines: true, skipComments: true };

export default defineConfig({
  plugins: ["eslint", "typescript", "unicorn", "oxc", "import", "promise", "node", "vitest"],
  categories: { correctness: "error", suspicious: "error", perf: "error" },
  options: { typeAware: true, denyWarnings: true, reportUnusedDisableDirectives: "error" },
  ignorePatterns: ["**/dist/**", "**/node_modules/**", "lint-fixtures/**"],
  rules: {
    "typescript/no-explicit-any": "error",
    "typescript/no-unsafe-argument": "error",
    "typescript/no-unsafe-assignment": "error",
    "typescript/no-unsafe-call": "error",
    "typescript/no-unsafe-member-access": "error",
    "typescript/no-unsafe-return": "error",
    "typescript/only-throw-error": "error",
    "typescript/no-floating-promises": "error",
    "typescript/no-misused-promises": "error",
    "typescript/switch-exhaustiveness-check": "error",
    "typescript/consistent-type-imports": "error",
    "import/no-cycle": "error",
    "max-lines": ["error", fileLines],
    "max-lines-per-function": ["error", functionLines],

    // A brand, a row of our own table, an index within checked bounds: an assertion writes down what the compiler cannot
    // know. Reviewers read them; `any`, which needs no such sentence, stays forbidden.
    "typescript/no-unsafe-type-assertion": "off",
    // A loop that may change the set it walks needs the copy.
    "unicorn/no-useless-spread": "off",
    // In a log, one after the other is the meaning, not an oversight.
    "no-await-in-loop": "off",
    // Copies are what immutability costs; a hot path is measured, not guessed.
    "oxc/no-map-spread": "off",
    // The compiler says it better: it knows which switch is exhaustive.
    "typescript/consistent-return": "off",
    // Records of functions are meant to be taken apart; a class keeps its state in #fields, which a lost `this` finds
    // missing at the first call.
    "typescript/unbound-method": "off",
    // A step that only acts has nothing to hand on; no-floating-promises watches over the chain.
    "promise/always-return": "off",
    // A helper beside its only use reads better than one far above it.
    "unicorn/consistent-function-scoping": "off",
    // `fc.string()` says whose string it is.
    "import/no-named-as-default-member": "off",
    // Means windows and frames; a worker thread's postMessage has no origin.
    "unicorn/require-post-message-target-origin": "off",
    // Sockets and workers are event emitters whose single handler is theirs alone.
    "unicorn/prefer-add-event-listener": "off",
  },
  overrides: [
    {
      // The library and the daemon log through pino; only a command line and a script talk to people.
      files: ["packages/*/src/**/*.ts"],
      excludeFiles: ["packages/fanfare/src/cli/**/*.ts"],
      rules: { "no-console": "error" },
    },
    {
      // The shim only starts what the compiler made.
      files: ["packages/fanfare/bin/fanfare.js"],
      rules: { "import/no-unassigned-import": "off" },
    },
    {
      // What is never shipped says what it knows about an answer; when that is wrong, it fails, and somebody sees it.
      files: ["**/*.test.ts", "packages/*/testing/**", "scripts/**", "benchmarks/**", "e2e/**"],
      rules: {
        // "abc" spread into letters is what a test wants from it.
        "typescript/no-misused-spread": "off",
        "typescript/no-unsafe-argument": "off",
        "typescript/no-unsafe-assignment": "off",
        "typescript/no-unsafe-member-access": "off",
        "typescript/no-unsafe-return": "off",
      },
    },
    {
      files: ["**/*.test.ts"],
      rules: {
        // A test file is a list of cases, as long as there are cases.
        "max-lines": "off",
        "max-lines-per-function": "off",
        // A conformance suite is data: its cases have names and a `run`, and what they assert is inside.
        "vitest/valid-title": ["error", { ignoreTypeOfTestName: true, ignoreTypeOfDescribeName: true }],
        "vitest/expect-expect": [
          "error",
          { assertFunctionNames: ["expect*", "assert*", "fc.assert", "check*", "run", "*.run"] },
        ],
      },
    },
    ...boundaries,
  ],
});
