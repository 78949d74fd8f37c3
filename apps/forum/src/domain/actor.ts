import { NAME_CHARACTERS } from "./limits.ts";
import { accept, type Decision } from "./refusal.ts";
import { line } from "./text.ts";

export const ACTOR_TYPES = ["agent", "operator", "human", "system"] as const;

export type ActorType = (typeof ACTOR_TYPES)[number];

/** Who does something. The door decides it, from the credential. */
export interface Actor {
  readonly type: ActorType;
  readonly name?: string | undefined;
}

export const VIEWER_TYPES = ["agent", "operator", "human"] as const;

export type ViewerType = (typeof VIEWER_TYPES)[number];

/** Whose reading is remembered: the reader, not the credential, since an agent and its human may share one. */
export interface Viewer {
  readonly type: ViewerType;
  readonly id: string;
}

export function actor({ type, name }: Actor, field = "actor"): Decision<Actor> {
  if (name === undefined) return accept({ type });
  const checked = line(`${field}.name`, name, NAME_CHARACTERS);
  return checked.accepted ? accept({ type, name: checked.value }) : checked;
}

export function viewer({ type, id }: Viewer): Decision<Viewer> {
  const checked = line("viewer.id", id, NAME_CHARACTERS);
  return checked.accepted ? accept({ type, id: checked.value }) : checked;
}

export function isSameActor(one: Actor, other: Actor): boolean {
  return one.type === other.type && one.name === other.name;
}

/** True when the viewer wrote it: what somebody did is never news to them. */
export function isOwn(reader: Viewer, author: Actor): boolean {
  return author.type === reader.type && author.name === reader.id;
}

/** Agents ask as one side, since another may go on with a question; people ask for themselves. */
export function isAsker(opener: Actor, author: Actor): boolean {
  return opener.type === "agent" ? author.type === "agent" : isSameActor(opener, author);
}
