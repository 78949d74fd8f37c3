import type { Attributes, FanfareEvent, Gap } from "@fanfare/protocol";
import { make } from "./element.ts";
import { formatClock, plural } from "./figures.ts";
import { jsonView } from "./json-view.ts";

const PREVIEW_CHARACTERS = 160;

/** One event as a row that opens to its JSON. The JSON is made when it is asked for. */
export function eventRow(event: FanfareEvent): HTMLLIElement {
  const { topic, position, type, time, attributes, data } = event;
  const summary = make(
    "summary",
    {},
    make("time", { datetime: time, title: time }, formatClock(time)),
    make("span", { class: "row-topic" }, topic),
    make("span", { class: "row-type" }, type),
    make("span", { class: "row-attributes" }, attributesText(attributes)),
    make("span", { class: "row-data" }, preview(data)),
    make("span", { class: "row-position" }, make("span", { class: "unseen" }, "position "), String(position)),
  );
  const details = make("details", {}, summary);
  details.addEventListener(
    "toggle",
    () => {
      details.append(jsonView(event));
    },
    { once: true },
  );
  return make("li", { "data-position": String(position) }, details);
}

/** Said loss, where it happened. */
export function gapRow(gap: Gap): HTMLLIElement {
  return make(
    "li",
    { class: "gap", "data-gap": gap.reason },
    make("strong", {}, `Gap: ${gap.reason}`),
    ` ${gapText(gap)}`,
  );
}

/** What happened to the connection, where it happened. */
export function noteRow(text: string): HTMLLIElement {
  return make("li", { class: "mark" }, text);
}

function gapText(gap: Gap): string {
  const range = gap.from === undefined ? `up to ${gap.to}` : `${gap.from + 1} to ${gap.to}`;
  const lost =
    gap.dropped === undefined
      ? gap.atLeast === undefined
        ? "some events"
        : `at least ${plural(gap.atLeast, "event")}`
      : plural(gap.dropped, "event");
  switch (gap.reason) {
    case "slow":
      return `This page could not keep up: ${lost} of positions ${range} were left out.`;
    case "superseded":
      return `Newer events stand for ${lost} of positions ${range}.`;
    case "trimmed":
      return `Retention has removed events of positions ${range}; those that were kept follow.`;
    case "scope":
      return `What may be seen has changed: what it would have added before position ${gap.to} is unknown.`;
    case "reset":
      return "The log began anew, with another history: it is read from its start.";
  }
}

function attributesText(attributes: Attributes): string {
  return Object.entries(attributes)
    .map(([name, value]) => `${name}=${String(value)}`)
    .join(" ");
}

function preview(data: unknown): string {
  const text = JSON.stringify(data);
  return text.length > PREVIEW_CHARACTERS ? `${text.slice(0, PREVIEW_CHARACTERS)}…` : text;
}
