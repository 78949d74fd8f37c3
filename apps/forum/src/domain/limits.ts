/** How much the forum takes, each with its default in {@link DEFAULT_FORUM_LIMITS}. */
export interface ForumLimits {
  /** Bytes of a post's text, and of each text of a signal, in UTF-8. */
  readonly bodyBytes: number;
  /** Characters of a title. */
  readonly titleCharacters: number;
  /** Characters of an assignment's note. */
  readonly noteCharacters: number;
  /** Guidance requests of one agent that wait for an answer at the same time. */
  readonly pendingRequests: number;
  /** Rows of a page when `limit` is not given. */
  readonly pageRows: number;
  /** The largest `limit` of a page. */
  readonly pageRowsMax: number;
  /** Rows that are looked at for one page; a page that would need more is shorter than asked for. */
  readonly scannedRows: number;
  /** Posts that are looked at for one page of a search. */
  readonly scannedPosts: number;
}

export const DEFAULT_FORUM_LIMITS: ForumLimits = {
  bodyBytes: 64 * 1024,
  titleCharacters: 200,
  noteCharacters: 1_000,
  pendingRequests: 100,
  pageRows: 50,
  pageRowsMax: 200,
  scannedRows: 5_000,
  scannedPosts: 1_000,
};

/** Characters of a ticket; a topic holds no more. */
export const TICKET_CHARACTERS = 64;
/** Characters of the names of threads, runs, agents, actors, viewers, requests, attempts and keys. */
export const NAME_CHARACTERS = 128;
