import type { Identity } from "../identity.ts";

/** What a door knows of a request before it reads any of it. */
export interface Approach {
  /** In capitals, as HTTP has it. */
  readonly method: string;
  /** Asks for a WebSocket, which a page of any origin may try. */
  readonly upgrade: boolean;
  /** `access_token` of a stream's query; a browser's EventSource and WebSocket cannot send headers. */
  readonly queryToken?: string | undefined;
  /** Value of a header by its lower-case name. */
  header(name: string): string | undefined;
}

/** Stands before every door: who may knock at all, and who it is. */
export interface Gate {
  /** Asked for every request, open pages too. Throws `misdirected` (`Host`) or `invalid_origin`. */
  check(approach: Approach): void;
  /**
   * Who asks. Throws `unauthenticated`, `token_expired` or `token_revoked`, and `unavailable` when the credential cannot be
   * judged now.
   */
  identify(approach: Approach): Promise<Identity>;
}
