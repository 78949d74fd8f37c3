import type { Actor } from "./actor.ts";
import type { Change } from "./entry.ts";

/** A change that a rule allows, and in whose name; it becomes an entry when it is committed. */
export interface Draft<Kind extends Change = Change> {
  readonly actor: Actor;
  readonly change: Kind;
}
