import type { SelectionText } from "./selection.ts";

const FIELDS = { topics: ">", type: "", attributes: "", filter: "", from: "now" } as const satisfies SelectionText;

/** The selection that the page's address names, so that a view can be kept as a bookmark and sent to somebody. */
export function readAddress(): SelectionText {
  const query = new URLSearchParams(location.search);
  const read = (name: keyof SelectionText): string => query.get(name) ?? FIELDS[name];
  return {
    topics: read("topics"),
    type: read("type"),
    attributes: read("attributes"),
    filter: read("filter"),
    from: read("from"),
  };
}

/** Names the selection in the page's address; what is as it always is stays out of it. */
export function writeAddress(text: SelectionText): void {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(FIELDS)) {
    const chosen = text[name as keyof SelectionText].trim();
    if (chosen !== "" && chosen !== value) query.set(name, chosen);
  }
  const search = query.toString();
  history.replaceState(undefined, "", search === "" ? location.pathname : `?${search}`);
}
