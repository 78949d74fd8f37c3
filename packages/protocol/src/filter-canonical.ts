import { attributeText } from "./attributes.ts";
import type { Filter } from "./filter.ts";

/**
 * A filter's one text: filters that differ only in order, repetition, nesting of the same kind or the type of a value
 * (`1` and `"1"`) have the same canonical form.
 */
export function canonicalFilter(filter: Filter | undefined): string {
  return filter === undefined ? "" : JSON.stringify(normalize(filter));
}

function normalize(filter: Filter): Filter {
  if ("exact" in filter) return { exact: sorted(filter.exact, attributeText) };
  if ("prefix" in filter) return { prefix: sorted(filter.prefix, (value) => value) };
  if ("suffix" in filter) return { suffix: sorted(filter.suffix, (value) => value) };
  if ("in" in filter) return { in: sorted(filter.in, (values) => [...new Set(values.map(attributeText))].toSorted()) };
  if ("not" in filter) {
    const inner = normalize(filter.not);
    return "not" in inner ? inner.not : { not: inner };
  }
  return "all" in filter ? combine(filter.all, "all") : combine(filter.any, "any");
}

function combine(parts: readonly Filter[], kind: "all" | "any"): Filter {
  const flat = parts.map(normalize).flatMap((part) => nested(part, kind) ?? [part]);
  const unique = new Map(flat.map((part) => [JSON.stringify(part), part]));
  const ordered = [...unique.keys()].toSorted().map((text) => unique.get(text) as Filter);
  const [only] = ordered;
  if (only !== undefined && ordered.length === 1) return only;
  return kind === "all" ? { all: ordered } : { any: ordered };
}

function nested(part: Filter, kind: "all" | "any"): readonly Filter[] | undefined {
  if (kind === "all") return "all" in part ? part.all : undefined;
  return "any" in part ? part.any : undefined;
}

function sorted<Value, Normal>(
  terms: Readonly<Record<string, Value>>,
  write: (value: Value) => Normal,
): Readonly<Record<string, Normal>> {
  return Object.fromEntries(
    Object.keys(terms)
      .toSorted()
      .map((name) => [name, write(terms[name] as Value)]),
  );
}
