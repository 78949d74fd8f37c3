import type { Door, LinkEnd, ServerFrame } from "../core/link.ts";

/** What a tab says in a group's hall: it wants to be served, on a channel that is called by the group and this id. */
export interface Knock {
  readonly id: string;
  readonly door: Door;
  /** How many frames may wait until the tab has read them. */
  readonly waiting: number;
}

/** Who leads: said in the hall by a new one, and to each tab as the first word on its channel. */
export interface Leads {
  readonly leader: string;
}

/** Said on a tab's channel by whoever leads. */
export type ToTab = Leads | ServerFrame | { readonly end: LinkEnd };

/** Said by the tab: a request as text, since an application's data may not be cloneable, or how many frames it has read. */
export type FromTab = string | number;
