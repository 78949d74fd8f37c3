import type { ErrorFrame, ProblemCode } from "@fanfare/protocol";

/**
 * A request that was refused, by the hub or by a limit of the client itself. `code` is one of the protocol's problem codes, or
 * one that a newer hub knows; `status` tells its kind as in HTTP.
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

  constructor(code: ProblemCode | (string & {}), status: number, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.status = status;
  }

  /** True for a refusal that may be gone in a while. */
  get passing(): boolean {
    return isPassing(this.status);
  }
}

export function toClientError({ message, data }: ErrorFrame["error"]): ClientError {
  return new ClientError(data.code, data.status, message);
}

/** Too many, too busy, failed, stopping: worth another try. */
export function isPassing(status: number): boolean {
  return status === 429 || status >= 500;
}
