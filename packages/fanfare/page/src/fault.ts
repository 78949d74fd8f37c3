import { setText } from "./element.ts";

/** What the page itself cannot make sense of, under the name of the form's field. Everything else is the server's to judge. */
export class Fault extends Error {
  override readonly name = "Fault";

  constructor(field: string, message: string) {
    super(`${field}: ${message}`);
  }
}

/** What the server calls otherwise than the forms do. */
const FIELDS: Readonly<Record<string, string>> = { topic: "topics" };

/**
 * Shows what is wrong with a form, and brings the reader to the field that the message names at its beginning, as in
 * `topic: has 17 tokens` or `events[0].attributes.a: …`.
 */
export function showFault(form: HTMLFormElement, problem: HTMLElement, message: string): void {
  setText(problem, message);
  const field = fieldOf(form, message);
  field?.setAttribute("aria-invalid", "true");
  // A field that is folded away cannot be reached.
  for (let fold = field?.closest("details"); fold; fold = fold.parentElement?.closest("details")) fold.open = true;
  field?.focus();
}

export function clearFault(form: HTMLFormElement, problem: HTMLElement): void {
  setText(problem, "");
  for (const field of form.querySelectorAll("[aria-invalid]")) field.removeAttribute("aria-invalid");
}

function fieldOf(form: HTMLFormElement, message: string): HTMLElement | undefined {
  const place = /^(?:event: )?(?<place>[\w.[\]]*)/.exec(message)?.groups?.["place"] ?? "";
  for (const word of place.split(/[.[\]]+/)) {
    const field = form.elements.namedItem(word) ?? form.elements.namedItem(FIELDS[word] ?? word);
    if (field instanceof HTMLElement) return field;
  }
  return undefined;
}

/** What is typed in a field, without the space around it. */
export function fieldText(form: HTMLFormElement, name: string): string {
  const value = new FormData(form).get(name);
  return typeof value === "string" ? value.trim() : "";
}
