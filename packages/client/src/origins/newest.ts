/**
 * Answers what writes values one at a time: of those that come meanwhile only the newest is written. A failed one is reported
 * and left.
 */
export function newest<Value>(
  write: (value: Value) => void | Promise<unknown>,
  onError: (error: unknown) => void,
): (value: Value) => void {
  let waiting: { readonly value: Value } | undefined;
  let writing = false;
  const run = async (): Promise<void> => {
    for (let next = waiting; next !== undefined; next = waiting) {
      waiting = undefined;
      try {
        // What is written at once has its effect even when the page goes in this very moment.
        await write(next.value);
      } catch (error) {
        onError(error);
      }
    }
    writing = false;
  };
  return (value) => {
    waiting = { value };
    if (!writing) {
      writing = true;
      void run();
    }
  };
}
