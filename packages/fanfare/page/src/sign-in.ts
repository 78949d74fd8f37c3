import { getDocument, Refusal } from "./api.ts";
import { find, setText } from "./element.ts";
import { forgetToken, keepToken, readToken } from "./token.ts";

/** Asks for a token when the server wants one. */
export class SignIn {
  readonly #section: HTMLElement = find("#sign-in", HTMLElement);
  readonly #token: HTMLInputElement = find("#token", HTMLInputElement);
  readonly #problem: HTMLElement = find("#sign-in-problem", HTMLElement);
  readonly #out: HTMLButtonElement = find("#sign-out", HTMLButtonElement);
  readonly #changed: () => void;

  /** `changed` is called when another identity looks at the page. */
  constructor(changed: () => void) {
    this.#changed = changed;
    this.#out.hidden = readToken() === undefined;
    find("#sign-in-form", HTMLFormElement).addEventListener("submit", (event) => {
      event.preventDefault();
      void this.#signIn();
    });
    this.#out.addEventListener("click", () => {
      forgetToken();
      this.#out.hidden = true;
      this.#changed();
    });
  }

  /** Shows the form, once; whoever types in it is not disturbed. */
  ask(): void {
    if (!this.#section.hidden) return;
    this.#section.hidden = false;
    this.#out.hidden = true;
    if (readToken() !== undefined) setText(this.#problem, "The token is not accepted any more.");
    this.#token.focus();
  }

  async #signIn(): Promise<void> {
    const token = this.#token.value.trim();
    if (token === "") return this.#refuse("Paste a token first.");
    keepToken(token);
    try {
      await getDocument("api/v1/topics");
    } catch (error) {
      // A token that is known, but may not do this, still signs in: other parts of the page may be allowed.
      if (!(error instanceof Refusal)) return this.#refuse("The daemon does not answer. Try again in a moment.");
      if (error.wantsToken) return this.#refuse(error.message);
    }
    this.#token.value = "";
    setText(this.#problem, "");
    this.#section.hidden = true;
    this.#out.hidden = false;
    this.#changed();
  }

  #refuse(message: string): void {
    forgetToken();
    setText(this.#problem, message);
    this.#token.setAttribute("aria-invalid", "true");
    this.#token.focus();
  }
}
