/** Where errors go that nobody waits for: what the runtime does with uncaught ones, without ending the process. */
export function reportError(error: unknown): void {
  if (globalThis.reportError !== undefined) globalThis.reportError(error);
  // oxlint-disable-next-line no-console -- Node has no other place; an application names its own with `onError`.
  else console.error(error);
}
