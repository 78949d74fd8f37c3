import { Fault } from "./fault.ts";

/** The JSON that is typed in a field. Throws {@link Fault}. */
export function parseField(name: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Fault(name, `is not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
}
