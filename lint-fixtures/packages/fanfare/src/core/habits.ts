import { Kept } from "./reaches-out.ts"; // refused: consistent-type-imports

type Policy = { kind: "complete" } | { kind: "latest"; keep: number };

export function keep(policy: Policy): number {
  switch (policy.kind) { // refused: switch-exhaustiveness-check
    case "complete":
      return 0;
  }
  return 1;
}

export function start(work: () => Promise<void>): void {
  work(); // refused: no-floating-promises
}

export function open(value: any): Kept { // refused: no-explicit-any
  return value;
}

export const now = (): number => new Date().getTime(); // refused: no-restricted-globals

export const chance = (): number => Math.random(); // refused: no-restricted-properties
