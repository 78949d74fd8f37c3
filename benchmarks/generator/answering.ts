/** What a generator process tells after a request. */
export type Answer<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly error: string };

/** What a request is answered with. */
type Handler<Request, Value> = (request: Request) => Promise<Value> | Value;

/** Answers the parent's requests one after the other; the end of the parent ends the process. */
export function answer<Request, Value>(handle: Handler<Request, Value>): void {
  process.on("message", (request) => void reply(request as Request, handle));
  process.on("disconnect", () => process.exit());
}

async function reply<Request, Value>(request: Request, handle: Handler<Request, Value>): Promise<void> {
  let reached: Answer<Value>;
  try {
    reached = { ok: true, value: await handle(request) };
  } catch (error) {
    reached = { ok: false, error: error instanceof Error ? error.message : String(error) };
  }
  process.send?.(reached);
}

/** Waits until the condition holds, at most so many milliseconds; answers whether it does. */
export async function until(condition: () => boolean, milliseconds: number): Promise<boolean> {
  const end = performance.now() + milliseconds;
  while (!condition()) {
    if (performance.now() > end) return false;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  return true;
}
