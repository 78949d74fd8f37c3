/** A stream that is asked for. */
export interface StreamRequest {
  readonly url: URL;
  readonly token: string | undefined;
  /** Names of the events that are wanted. */
  readonly events: readonly string[];
  /** Ends it. */
  readonly signal: AbortSignal;
}

/**
 * Follows an event stream to its end: answers the response when it was refused, nothing when it was open, and rejects when
 * nobody was reached or the stream broke.
 */
export type Follow = (
  request: StreamRequest,
  take: (event: string, data: string) => void,
) => Promise<Response | undefined>;
