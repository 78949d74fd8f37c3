import { matches, type Pattern, type Topic } from "@fanfare/protocol";
import { getDocument, Refusal } from "./api.ts";
import { find, make, setText } from "./element.ts";
import { plural } from "./figures.ts";
import { Rates } from "./rates.ts";
import { TopicTable, type SortKey, type TopicLine } from "./topic-table.ts";

interface TopicsPage {
  readonly topics: readonly { readonly topic: Topic; readonly events: number; readonly last: number }[];
}

const PAGE = 1_000;
const ROWS_AT_ONCE = 200;
const SUGGESTIONS = 100;
const RATE_WINDOW_MS = 10_000;

/** The topics with their counts and rates: filtered, sorted, and calm while somebody works in the table. */
export class Topics {
  readonly #filter: HTMLInputElement = find("#topic-filter", HTMLInputElement);
  readonly #scroll: HTMLElement = find("#topics-scroll", HTMLElement);
  readonly #more: HTMLButtonElement = find("#topics-more", HTMLButtonElement);
  readonly #table: TopicTable;
  readonly #rates: Rates = new Rates(RATE_WINDOW_MS);
  #lines: readonly TopicLine[] = [];
  #problem: string | undefined;
  #read = false;
  #rows = ROWS_AT_ONCE;
  #sort: { readonly key: SortKey; readonly ascending: boolean } = { key: "topic", ascending: true };

  /** `chosen` is called with the topic that somebody wants to follow. */
  constructor(chosen: (topic: string) => void) {
    this.#table = new TopicTable(find("#topic-rows", HTMLTableSectionElement), chosen);
    this.#filter.addEventListener("input", () => this.#paint(false));
    this.#more.addEventListener("click", () => {
      this.#rows += ROWS_AT_ONCE;
      this.#paint(false);
    });
    for (const button of this.#scroll.querySelectorAll<HTMLButtonElement>("[data-sort]"))
      button.addEventListener("click", () => this.#sortBy(button.dataset["sort"] as SortKey));
    this.#markSort();
  }

  async update(): Promise<void> {
    try {
      const { document: page } = await getDocument<TopicsPage>("api/v1/topics");
      const counts = new Map(page.topics.map(({ topic, events }) => [topic, events]));
      const rates = this.#rates.update(performance.now(), counts);
      this.#lines = page.topics.map(({ topic, events, last }) => ({
        topic,
        events,
        last,
        rate: rates.get(topic) ?? 0,
      }));
      this.#problem = undefined;
      this.#read = true;
      this.#suggest();
    } catch (error) {
      this.#problem = error instanceof Refusal ? error.message : undefined;
      this.#rates.clear();
    }
    this.#paint(this.#scroll.matches(":hover, :focus-within"));
  }

  #paint(still: boolean): void {
    const wanted = this.#lines.filter(matcher(this.#filter.value.trim())).toSorted(this.#order());
    this.#table.show(wanted.slice(0, this.#rows), still);
    this.#more.hidden = wanted.length <= this.#rows;
    setText(this.#more, `Show more of ${plural(wanted.length, "topic")}`);
    const all = this.#lines.length >= PAGE ? `the first ${PAGE}` : plural(this.#lines.length, "topic");
    setText(find("#topics-count", HTMLElement), this.#read ? all : "");
    const empty = find("#topics-empty", HTMLElement);
    empty.hidden = wanted.length > 0;
    this.#scroll.hidden = this.#lines.length === 0;
    setText(empty, this.#emptyText());
  }

  #emptyText(): string {
    if (this.#problem !== undefined) return this.#problem;
    if (!this.#read) return "Reading the topics…";
    if (this.#lines.length > 0) return "No topic fits this filter.";
    return "No topics yet. A topic begins with its first event: publish one below or from a terminal.";
  }

  #sortBy(key: SortKey): void {
    // Names are read from A, figures from the largest.
    const ascending = this.#sort.key === key ? !this.#sort.ascending : key === "topic";
    this.#sort = { key, ascending };
    this.#markSort();
    this.#paint(false);
  }

  #markSort(): void {
    for (const button of this.#scroll.querySelectorAll<HTMLButtonElement>("[data-sort]")) {
      const sorted = button.dataset["sort"] === this.#sort.key;
      const order = this.#sort.ascending ? "ascending" : "descending";
      button.closest("th")?.setAttribute("aria-sort", sorted ? order : "none");
    }
  }

  #order(): (one: TopicLine, other: TopicLine) => number {
    const { key, ascending } = this.#sort;
    const sign = ascending ? 1 : -1;
    return (one, other) => {
      const names = one.topic < other.topic ? -1 : 1;
      if (key === "topic") return sign * names;
      return one[key] === other[key] ? names : sign * (one[key] - other[key]);
    };
  }

  #suggest(): void {
    const names = this.#lines.slice(0, SUGGESTIONS).map(({ topic }) => topic);
    const list = find("#topic-names", HTMLDataListElement);
    if (list.dataset["names"] === names.join(" ")) return;
    list.dataset["names"] = names.join(" ");
    list.replaceChildren(...names.map((value) => make("option", { value })));
  }
}

/** A pattern where wildcards say that one is meant, else any part of the name. */
function matcher(text: string): (line: TopicLine) => boolean {
  if (/[*>]/.test(text)) return ({ topic }) => matches(text as Pattern, topic as Topic);
  const part = text.toLowerCase();
  return ({ topic }) => topic.toLowerCase().includes(part);
}
