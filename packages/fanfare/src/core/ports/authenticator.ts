import type { Identity } from "../identity.ts";

/** What a client shows of itself. */
export interface Credentials {
  /** From `Authorization: Bearer`, or `?access_token=` of a stream, or `renew`. */
  readonly token: string | undefined;
  /** Value of the `Cookie` header. */
  readonly cookie: string | undefined;
}

/**
 * Turns a credential into an identity; never trusts a body.
 *
 * Answers `undefined` when it finds no credential of its kind; throws `FanfareError` `unauthenticated`, `token_expired`
 * or `token_revoked` for one that is no good. The message never holds the credential.
 */
export interface Authenticator {
  authenticate(credentials: Credentials): Promise<Identity | undefined>;
}
