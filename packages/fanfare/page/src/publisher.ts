import type { PublishResult } from "@fanfare/protocol";
import { postDocument, Refusal, Unreached } from "./api.ts";
import { find, setText } from "./element.ts";
import { clearFault, Fault, fieldText, showFault } from "./fault.ts";
import { formatCount } from "./figures.ts";
import { parseField } from "./json-field.ts";
import { readAttributes } from "./pairs.ts";

interface Draft {
  readonly topic: string;
  readonly event: { readonly type: string; readonly attributes: object; readonly data: unknown };
}

/** The form that publishes one event. */
export class Publisher {
  readonly #form: HTMLFormElement = find("#publish-form", HTMLFormElement);
  readonly #problem: HTMLElement = find("#publish-problem", HTMLElement);
  readonly #done: HTMLElement = find("#publish-done", HTMLElement);
  readonly #submit: HTMLButtonElement = find("button[type=submit]", HTMLButtonElement, this.#form);
  readonly #wantToken: () => void;
  /** Of the event that no answer came for: published again under it, it is still one event. */
  #id: string | undefined;

  constructor(wantToken: () => void) {
    this.#wantToken = wantToken;
  }

  listen(): void {
    this.#form.addEventListener("input", () => (this.#id = undefined));
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.#publish();
    });
  }

  async #publish(): Promise<void> {
    if (this.#submit.getAttribute("aria-disabled") === "true") return;
    clearFault(this.#form, this.#problem);
    setText(this.#done, "");
    this.#submit.setAttribute("aria-disabled", "true");
    try {
      const { topic, event } = this.#read();
      this.#id ??= newId();
      const path = `api/v1/topics/${encodeURIComponent(topic)}/events`;
      this.#published(await postDocument<PublishResult>(path, { ...event, id: this.#id }));
    } catch (error) {
      this.#failed(error);
    } finally {
      this.#submit.removeAttribute("aria-disabled");
    }
  }

  #published({ events: [event] }: PublishResult): void {
    this.#id = undefined;
    const place = event === undefined ? "" : ` at position ${formatCount(event.position)}`;
    setText(this.#done, event?.duplicate === true ? `It was there already${place}` : `Published${place}`);
  }

  #failed(error: unknown): void {
    if (error instanceof Unreached)
      return setText(
        this.#problem,
        "The daemon did not answer. Publish again: it stays one event, even if it arrived.",
      );
    if (!(error instanceof Fault || error instanceof Refusal)) throw error;
    showFault(this.#form, this.#problem, error.message);
    if (error instanceof Refusal && error.wantsToken) this.#wantToken();
  }

  /** Checks what only the page can say better; the rest is the server's to judge. */
  #read(): Draft {
    const read = (name: string): string => fieldText(this.#form, name);
    const topic = read("topic");
    // These would not reach the server: an empty name and dots alone are steps in an address.
    if (/^\.{0,2}$/.test(topic)) throw new Fault("topic", "name one, such as orders.eu");
    const data = read("data");
    return {
      topic,
      event: {
        type: read("type"),
        attributes: readAttributes(read("attributes")),
        data: data === "" ? null : parseField("data", data),
      },
    };
  }
}

/** `crypto.randomUUID` is kept from pages that come over plain HTTP from another machine. */
function newId(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
