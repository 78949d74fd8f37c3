import type { Bus, Log, ProblemCode, State } from "fanfare";

/** The ports that a process can be asked to open on one file. */
export interface Ports {
  readonly log: Log;
  readonly state: State;
  readonly bus: Bus;
}

/** What one process asks another: to open a port, or to call a method of one that it opened. */
export type Question =
  | { readonly seq: number; readonly open: keyof Ports; readonly path: string; readonly handle: number }
  | { readonly seq: number; readonly handle: number; readonly method: string; readonly args: readonly unknown[] }
  | {
      readonly seq: number;
      readonly handle: number;
      readonly listen: "follow" | "subscribe";
      readonly listener: number;
    }
  | { readonly seq: number; readonly stop: number };

export type Answer =
  | { readonly seq: number; readonly value: unknown }
  | { readonly seq: number; readonly code: ProblemCode | undefined; readonly message: string }
  | { readonly listener: number; readonly args: readonly unknown[] };
