import type { ProblemCode } from "@fanfare/protocol";
import type { Failure } from "./trouble.ts";

/** What a worker can be asked: each kind with its question and its answer. */
export type Calls = Readonly<Record<string, { readonly ask: unknown; readonly answer: unknown }>>;

/** A question on its way to a worker. */
export type Call<Asked extends Calls> = {
  readonly [Kind in keyof Asked & string]: {
    readonly seq: number;
    readonly kind: Kind;
    readonly ask: Asked[Kind]["ask"];
  };
}[keyof Asked & string];

/** The worker's answer to the question of the same number. */
export type Reply =
  | { readonly seq: number; readonly answer: unknown }
  | { readonly seq: number; readonly failure: Failure };

/** Told by a worker whose file cannot be used: nothing else will come from it. */
export interface Broken {
  readonly broken: { readonly code: ProblemCode; readonly message: string };
}
