/**
 * Every limit of the protocol with its default. A hub may be given other numbers;
 * a client that stays below these works with every hub that keeps the defaults.
 */
export interface Limits {
  /** Bytes of an event's topic, id, type, attributes and data together, the last two as JSON, all in UTF-8. */
  readonly eventBytes: number;
  /** Events in one publish. */
  readonly publishEvents: number;
  /** Bytes of an HTTP request body. */
  readonly bodyBytes: number;
  /** Bytes of one WebSocket message from a client. */
  readonly frameBytes: number;
  /** Nesting of arrays and objects in any JSON that a client sends: a whole message, body or parameter. */
  readonly jsonDepth: number;
  /** Bytes of a topic or pattern. */
  readonly topicBytes: number;
  /** Dot-separated tokens of a topic or pattern. */
  readonly topicTokens: number;
  /** Patterns of one subscription. */
  readonly patterns: number;
  readonly filterDepth: number;
  /** Comparisons in one filter; each value of an `in` counts. */
  readonly filterTerms: number;
  /** Bytes of a filter's canonical JSON. */
  readonly filterBytes: number;
  readonly attributes: number;
  /** Bytes of one attribute's text form. */
  readonly attributeBytes: number;
  /** Bytes of an event id. */
  readonly idBytes: number;
  /** Bytes of an event type. */
  readonly typeBytes: number;
  /** Bytes of a subscription's or consumer's name. */
  readonly nameBytes: number;
  readonly subscriptionsPerConnection: number;
  /** Connections of one identity; open loopback mode has no such limit. */
  readonly connectionsPerIdentity: number;
  /** Connections of the whole daemon; beyond it an upgrade is answered 503. */
  readonly connections: number;
  readonly consumersPerIdentity: number;
  /** Log reads on behalf of subscribers at the same time. */
  readonly replays: number;
  /** Events a second one identity may publish; 0 is "no limit". */
  readonly publishRate: number;
  /** Events of one HTTP page when `limit` is not given. */
  readonly pageEvents: number;
  /** The largest `limit` of an HTTP page. */
  readonly pageEventsMax: number;
  /** Seconds that a long-poll may wait. */
  readonly waitSeconds: number;
}

export const DEFAULT_LIMITS: Limits = {
  eventBytes: 256 * 1024,
  publishEvents: 1_000,
  bodyBytes: 4 * 1024 * 1024,
  frameBytes: 1024 * 1024,
  jsonDepth: 64,
  topicBytes: 256,
  topicTokens: 16,
  patterns: 64,
  filterDepth: 8,
  filterTerms: 64,
  filterBytes: 4 * 1024,
  attributes: 32,
  attributeBytes: 1024,
  idBytes: 256,
  typeBytes: 256,
  nameBytes: 256,
  subscriptionsPerConnection: 1_000,
  connectionsPerIdentity: 100,
  connections: 50_000,
  consumersPerIdentity: 1_000,
  replays: 8,
  publishRate: 0,
  pageEvents: 100,
  pageEventsMax: 1_000,
  waitSeconds: 60,
};
