/** A defect that somebody might bring in one day, and the command that must notice it. */
export type Mutant = {
  /** What is wrong now, as a sentence. */
  name: string;
  /** Path from the root of the workspace. */
  file: string;
  /** Occurs exactly once in the file. */
  find: string;
  replace: string;
  caughtBy: Command;
};

export type Command = readonly [program: string, ...args: string[]];

/** A thousand random histories; the first one that breaks a promise ends it. */
export const simulation: Command = [
  "node",
  "--conditions=@fanfare/source",
  "scripts/simulate.ts",
  "--rounds=1000",
  "--bail",
];

/** Three hundred random histories of clients over a lossy link. */
export const lossy: Command = ["node", "--conditions=@fanfare/source", "scripts/lossy.ts", "--rounds=300", "--bail"];

/** The test files whose path holds this text. */
export function tests(path: string): Command {
  return ["vitest", "run", "--project=unit", "--bail=1", path];
}
