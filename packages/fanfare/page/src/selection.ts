import type { Filter } from "@fanfare/protocol";
import { Fault } from "./fault.ts";
import { parseField } from "./json-field.ts";
import { readTerms } from "./pairs.ts";

/** What the reader of the live events typed. */
export interface SelectionText {
  readonly topics: string;
  /** Exact, or a beginning that ends in `*`. */
  readonly type: string;
  /** `name=value`, joined by commas. */
  readonly attributes: string;
  /** JSON, or nothing. */
  readonly filter: string;
  readonly from: string;
}

/** What to follow: a subscription without its cursor. The server judges its patterns and its filter. */
export interface Selection {
  readonly topics: readonly string[];
  readonly filter: Filter | undefined;
  readonly from: "now" | "start";
}

/** Throws {@link Fault}. */
export function readSelection(text: SelectionText): Selection {
  const topics = text.topics.split(/[\s,]+/).filter((pattern) => pattern !== "");
  return {
    topics: topics.length === 0 ? [">"] : topics,
    filter: readFilter(text),
    from: text.from === "start" ? "start" : "now",
  };
}

function readFilter({ type, attributes, filter }: SelectionText): Filter | undefined {
  const parts: Filter[] = [];
  if (type !== "") parts.push(readType(type));
  const terms = readTerms(attributes);
  if (Object.keys(terms).length > 0) parts.push({ exact: terms });
  if (filter !== "") parts.push(parseField("filter", filter) as Filter);
  return parts.length > 1 ? { all: parts } : parts[0];
}

function readType(type: string): Filter {
  if (type === "*") throw new Fault("type", "leave it empty for any type");
  return type.endsWith("*") ? { prefix: { type: type.slice(0, -1) } } : { exact: { type } };
}
