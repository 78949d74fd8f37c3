import type { ErrorFrame, ProblemCode } from "@fanfare/protocol";

/**
 * What did not work, and why. `code` is one of the protocol's problem codes, or one that a newer hub knows; `status` tells its
 * kind as in HTTP. `unavailable` with 503 is also what a client says itself when there is no connection.
 *
 * @example
 * try {
 *   await client.publish("orders.eu", { type: "order.paid", data: { total: 12 } });
 * } catch (error) {
 *   if (error instanceof ClientError && error.code === "forbidden") showSignIn();
 * }
 */
export class ClientError extends Error {
  override readonly name = "ClientError";
  readonly code: ProblemCode | (string & {});
  readonly status: number;

  constructor(code: ProblemCode | (string & {}), status: number, message: string) {
    super(message);
    this.code = code;
    this.status = status;
  }

  /** True for what may be gone in a while: too many, too busy, lost, or a credential that is being renewed. */
  get passing(): boolean {
    return this.status === 401 || this.status === 429 || this.status >= 500;
  }
}

export function toClientError({ message, data }: ErrorFrame["error"]): ClientError {
  return new ClientError(data.code, data.status, message);
}

/** There is no link, or it went before the answer came: what was asked may or may not have been done. */
export function lostError(message: string = "not connected"): ClientError {
  return new ClientError("unavailable", 503, message);
}
