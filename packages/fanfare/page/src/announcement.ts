import { find, setText } from "./element.ts";

/** Says a change of state to those who listen instead of looking, without interrupting them. */
export function announce(text: string): void {
  setText(find("#announcement", HTMLElement), text);
}
