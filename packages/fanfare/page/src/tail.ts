import type { Update } from "@fanfare/client";
import { readAddress, writeAddress } from "./address.ts";
import { announce } from "./announcement.ts";
import { find, setText } from "./element.ts";
import { plural } from "./figures.ts";
import { Follower, type FollowerState } from "./follower.ts";
import { clearFault, Fault, fieldText, showFault } from "./fault.ts";
import { readSelection, type SelectionText } from "./selection.ts";
import { eventRow, gapRow, noteRow } from "./tail-row.ts";
import { MAX_ROWS, TailRows } from "./tail-rows.ts";

const STATES: { readonly [K in FollowerState["kind"]]: { readonly look: string; readonly text: string } } = {
  paused: { look: "waiting", text: "Paused" },
  connecting: { look: "waiting", text: "Connecting…" },
  live: { look: "good", text: "Live" },
  lost: { look: "bad", text: "Connection lost, trying again…" },
  refused: { look: "bad", text: "Not connected" },
};

/** The live events: what is typed, what comes, and what the connection does. */
export class Tail {
  readonly #form: HTMLFormElement = find("#tail-form", HTMLFormElement);
  readonly #problem: HTMLElement = find("#tail-problem", HTMLElement);
  readonly #pause: HTMLButtonElement = find("#tail-pause", HTMLButtonElement);
  readonly #rows: TailRows = new TailRows(() => this.#count());
  readonly #wantToken: () => void;
  readonly #follower: Follower;
  #received = 0;
  /** Cursor of the last row that told of a connection. */
  #marked = "";
  #state: FollowerState["kind"] = "connecting";

  /** `wantToken` is called when the server asks who reads. */
  constructor(wantToken: () => void) {
    this.#wantToken = wantToken;
    this.#follower = new Follower({
      resumed: (cursor) => this.#resumed(cursor),
      told: (update) => this.#told(update),
      changed: (state) => this.#changed(state),
    });
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#follow();
    });
    this.#pause.addEventListener("click", () => this.#toggle());
    find("#tail-clear", HTMLButtonElement).addEventListener("click", () => this.#clear());
    this.#write(readAddress());
  }

  /** Follows what the form says. */
  start(): void {
    this.#follow();
  }

  /** Follows one topic, with nothing else in the form. */
  followTopic(topic: string): void {
    this.#write({ topics: topic, type: "", attributes: "", filter: "", from: "start" });
    this.#follow();
    find("#tail", HTMLElement).focus();
  }

  #follow(): void {
    clearFault(this.#form, this.#problem);
    const text = this.#read();
    try {
      const selection = readSelection(text);
      writeAddress(text);
      this.#clear();
      this.#follower.follow(selection);
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      showFault(this.#form, this.#problem, error.message);
    }
  }

  #toggle(): void {
    if (this.#state === "paused" || this.#state === "refused") this.#follower.resume();
    else this.#follower.pause();
  }

  #clear(): void {
    this.#received = 0;
    this.#marked = "";
    this.#rows.clear();
  }

  /** Said once where nothing came in between. */
  #resumed(cursor: string): void {
    if (cursor === this.#marked) return;
    this.#marked = cursor;
    const position = cursor.slice(cursor.indexOf(":") + 1);
    this.#rows.add(() => noteRow(`Connected again: reading goes on after position ${position}`));
  }

  #told(update: Update): void {
    if (update.kind === "gap") this.#rows.add(() => gapRow(update.gap));
    if (update.kind !== "events") return;
    for (const event of update.events) this.#rows.add(() => eventRow(event));
    this.#received += update.events.length;
  }

  #changed(state: FollowerState): void {
    const { look, text } = STATES[state.kind];
    const label = find("#tail-state", HTMLElement);
    label.dataset["state"] = look;
    setText(label, text);
    setText(this.#pause, state.kind === "paused" || state.kind === "refused" ? "Resume" : "Pause");
    // The first connection is what everybody expects; only changes after it are news.
    if (state.kind !== "connecting" && this.#state !== state.kind) announce(`Live events: ${text}`);
    this.#state = state.kind;
    if (state.kind !== "refused") return;
    if (state.wantsToken) this.#wantToken();
    showFault(this.#form, this.#problem, state.message);
  }

  #count(): void {
    const shown = this.#rows.size >= MAX_ROWS ? `, the newest ${MAX_ROWS} shown` : "";
    setText(find("#tail-count", HTMLElement), this.#received === 0 ? "" : `${plural(this.#received, "event")}${shown}`);
  }

  #read(): SelectionText {
    const read = (name: string): string => fieldText(this.#form, name);
    return {
      topics: read("topics"),
      type: read("type"),
      attributes: read("attributes"),
      filter: read("filter"),
      from: read("from"),
    };
  }

  #write(text: SelectionText): void {
    for (const [name, value] of Object.entries(text) as [string, string][]) {
      const field = this.#form.elements.namedItem(name);
      if (
        field instanceof HTMLInputElement ||
        field instanceof HTMLTextAreaElement ||
        field instanceof HTMLSelectElement
      )
        field.value = value;
    }
    find("#tail-advanced", HTMLDetailsElement).open = text.filter !== "";
  }
}
