export const STATES = ["new", "triaged", "waiting_operator", "waiting_human", "answered", "closed"] as const;

export type State = (typeof STATES)[number];

/** Where a thread may go from each state. To stay is allowed and is written down; `closed` is the end. */
export const TRANSITIONS: Readonly<Record<State, readonly State[]>> = {
  new: ["new", "triaged", "waiting_operator", "waiting_human", "answered", "closed"],
  triaged: ["triaged", "waiting_operator", "waiting_human", "answered", "closed"],
  waiting_operator: ["triaged", "waiting_operator", "waiting_human", "answered", "closed"],
  waiting_human: ["triaged", "waiting_operator", "waiting_human", "answered", "closed"],
  answered: ["waiting_operator", "waiting_human", "answered", "closed"],
  closed: ["closed"],
};

export function mayMove(from: State, to: State): boolean {
  return TRANSITIONS[from].includes(to);
}
