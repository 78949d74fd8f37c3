/** SQL of the head: the position of the newest event ever committed, 0 for none. */
export const HEAD = "(SELECT max(last, coalesce((SELECT max(position) FROM events), 0)) FROM log)";
