import { copyButton } from "./copy.ts";
import { make } from "./element.ts";

const TOKEN =
  /(?<key>"(?:[^"\\]|\\.)*")(?=:)|(?<text>"(?:[^"\\]|\\.)*")|(?<literal>\b(?:true|false|null)\b|-?\b\d[\d.eE+-]*)/g;

/** A value as indented JSON with its parts told apart, and a button that copies it. */
export function jsonView(value: unknown): HTMLElement {
  const text = JSON.stringify(value, undefined, 2);
  const code = make("code");
  let done = 0;
  for (const match of text.matchAll(TOKEN)) {
    const [kind] = Object.entries(match.groups ?? {}).find(([, part]) => part !== undefined) ?? [""];
    code.append(text.slice(done, match.index), make("span", { class: `json-${kind}` }, match[0]));
    done = match.index + match[0].length;
  }
  code.append(text.slice(done));
  const block = make("pre", { tabindex: "0", "aria-label": "The event as JSON" }, code);
  return make(
    "div",
    { class: "command" },
    block,
    copyButton(() => text),
  );
}
