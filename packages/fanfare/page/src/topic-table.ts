import { make, setText } from "./element.ts";
import { formatCount, formatRate } from "./figures.ts";

/** One topic as the table shows it. */
export interface TopicLine {
  readonly topic: string;
  readonly events: number;
  /** Events a second. */
  readonly rate: number;
  /** Position of the newest event. */
  readonly last: number;
}

export type SortKey = keyof TopicLine;

interface Row {
  readonly element: HTMLTableRowElement;
  readonly cells: { readonly [K in "events" | "rate" | "last"]: HTMLTableCellElement };
}

/** Rows of topics, kept and changed in place: what has the focus keeps it. */
export class TopicTable {
  readonly #body: HTMLTableSectionElement;
  readonly #chosen: (topic: string) => void;
  readonly #rows = new Map<string, Row>();

  constructor(body: HTMLTableSectionElement, chosen: (topic: string) => void) {
    this.#body = body;
    this.#chosen = chosen;
  }

  /** Shows these lines in this order; with `still`, rows that are there keep their places. */
  show(lines: readonly TopicLine[], still: boolean): void {
    const wanted = new Set(lines.map(({ topic }) => topic));
    for (const [topic, row] of this.#rows) {
      if (wanted.has(topic)) continue;
      row.element.remove();
      this.#rows.delete(topic);
    }
    for (const [index, line] of lines.entries()) {
      const row = this.#rows.get(line.topic) ?? this.#add(line.topic);
      setText(row.cells.events, formatCount(line.events));
      setText(row.cells.rate, formatRate(line.rate));
      setText(row.cells.last, line.last === 0 ? "–" : formatCount(line.last));
      row.element.classList.toggle("active", line.rate > 0);
      const there = this.#body.children[index];
      const placed = row.element.isConnected;
      if (there !== row.element && !(still && placed)) this.#body.insertBefore(row.element, there ?? null);
    }
  }

  #add(topic: string): Row {
    const button = make("button", { type: "button", class: "topic", title: `Follow ${topic}` }, topic);
    button.addEventListener("click", () => this.#chosen(topic));
    const cell = (): HTMLTableCellElement => make("td", { class: "end" });
    const cells = { events: cell(), rate: cell(), last: cell() };
    const element = make("tr", {}, make("th", { scope: "row" }, button), cells.events, cells.rate, cells.last);
    const row = { element, cells };
    this.#rows.set(topic, row);
    return row;
  }
}
