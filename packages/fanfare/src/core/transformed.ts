import { FanfareError } from "@fanfare/protocol";
import { entryEvent, toEntry, type Entry } from "./entry.ts";
import type { EventContent, Transform } from "./profile.ts";

/** Results of transforms, one an event and transform, however many subscribers see it. */
export class Transformed {
  readonly #results = new WeakMap<Transform, WeakMap<Entry, Entry>>();
  readonly #report: (error: FanfareError) => void;

  /** @param report learns of a transform that threw; its event is then shown without attributes and data. */
  constructor(report: (error: FanfareError) => void) {
    this.#report = report;
  }

  apply(transform: Transform, entry: Entry): Entry {
    let results = this.#results.get(transform);
    if (results === undefined) this.#results.set(transform, (results = new WeakMap()));
    let result = results.get(entry);
    if (result === undefined) results.set(entry, (result = this.#transform(transform, entry)));
    return result;
  }

  #transform(transform: Transform, entry: Entry): Entry {
    const event = entryEvent(entry);
    const { type, attributes, data } = this.#content(transform, entry, event);
    const { topic, position, id, time } = event;
    return toEntry({ topic, position, id, time, type, attributes, data: JSON.stringify(data) });
  }

  #content(transform: Transform, entry: Entry, event: ReturnType<typeof entryEvent>): EventContent {
    try {
      return transform(event);
    } catch (cause) {
      // Showing nothing of it leaks nothing, and leaving it out would be a loss that nobody is told of.
      this.#report(new FanfareError("internal", `transform: failed for the event ${entry.id}`, { cause }));
      return { type: entry.type, attributes: {}, data: null };
    }
  }
}
