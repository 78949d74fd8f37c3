/** Why a daemon could not start or not stop in peace, in one line for people. */
export class DaemonError extends Error {
  override readonly name = "DaemonError";
}
