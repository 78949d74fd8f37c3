/** The place for errors that nobody waits for, where an application names no other one. */
// oxlint-disable-next-line no-console -- nothing else is everywhere, and a library must not end its process.
export const logError: (error: unknown) => void = console.error;
