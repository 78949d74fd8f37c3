import { announce } from "./announcement.ts";
import { make } from "./element.ts";

const SAID_MS = 1_500;

/** A button that copies what `text` answers, and says so. */
export function copyButton(text: () => string): HTMLButtonElement {
  const button = make("button", { type: "button", class: "quiet" }, "Copy");
  onCopy(button, text);
  return button;
}

export function onCopy(button: HTMLButtonElement, text: () => string): void {
  const copy = async (): Promise<void> => {
    const done = await write(text());
    button.textContent = done ? "Copied" : "Not allowed";
    announce(done ? "Copied" : "The browser does not allow copying here");
    window.setTimeout(() => (button.textContent = "Copy"), SAID_MS);
  };
  button.addEventListener("click", () => void copy());
}

/** Browsers give pages the clipboard only over HTTPS and on this machine. */
async function write(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}
