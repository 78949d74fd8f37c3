import { attributeText, isAttributeName, type AttributeValue } from "./attributes.ts";
import { canonicalFilter } from "./filter-canonical.ts";
import type { Filter } from "./filter.ts";
import { utf8Bytes } from "./json.ts";
import { DEFAULT_LIMITS, type Limits } from "./limits.ts";
import { FanfareError } from "./problem.ts";

type FilterLimits = Pick<Limits, "filterDepth" | "filterTerms" | "filterBytes" | "attributeBytes">;

interface Budget {
  terms: number;
}

/** Names of an event's own fields that a filter may compare. */
const OWN_FIELDS: ReadonlySet<string> = new Set(["type", "topic", "id"]);

/**
 * Checks a filter of unknown shape against the grammar and the limits; throws `invalid_filter`, naming the place.
 *
 * @example parseFilter({ exact: { ticket: "T-42" } })
 */
export function parseFilter(value: unknown, limits: FilterLimits = DEFAULT_LIMITS): Filter {
  const filter = parseNode(value, "filter", 1, { terms: 0 }, limits);
  const bytes = utf8Bytes(canonicalFilter(filter));
  if (bytes > limits.filterBytes)
    throw invalid("filter", `has ${bytes} bytes, at most ${limits.filterBytes} are allowed`);
  return filter;
}

function parseNode(value: unknown, path: string, depth: number, budget: Budget, limits: FilterLimits): Filter {
  if (depth > limits.filterDepth) throw invalid("filter", `is nested deeper than ${limits.filterDepth}`);
  const entries = Object.entries(toObject(value, path));
  const [entry] = entries;
  if (entry === undefined || entries.length !== 1)
    throw invalid(path, "must have exactly one of exact, prefix, suffix, in, all, any, not");
  const [kind, body] = entry;
  const at = `${path}.${kind}`;
  switch (kind) {
    case "exact":
      return { exact: parseTerms(body, at, budget, limits, parseValue) };
    case "prefix":
      return { prefix: parseTerms(body, at, budget, limits, parseText) };
    case "suffix":
      return { suffix: parseTerms(body, at, budget, limits, parseText) };
    case "in":
      return { in: parseTerms(body, at, budget, limits, parseValues) };
    case "all":
      return { all: parseNodes(body, at, depth, budget, limits) };
    case "any":
      return { any: parseNodes(body, at, depth, budget, limits) };
    case "not":
      return { not: parseNode(body, at, depth + 1, budget, limits) };
    default:
      throw invalid(
        path,
        `does not know ${JSON.stringify(kind.slice(0, 40))}; it knows exact, prefix, suffix, in, all, any, not`,
      );
  }
}

function parseNodes(
  value: unknown,
  path: string,
  depth: number,
  budget: Budget,
  limits: FilterLimits,
): readonly Filter[] {
  if (!Array.isArray(value) || value.length === 0) throw invalid(path, "must be an array of at least one filter");
  // A hole in an array is an error like any other value, which `map` would leave out.
  return Array.from(value, (node: unknown, index) => parseNode(node, `${path}[${index}]`, depth + 1, budget, limits));
}

type ReadTerm<Value> = (value: unknown, path: string, budget: Budget, limits: FilterLimits) => Value;

function parseTerms<Value>(
  value: unknown,
  path: string,
  budget: Budget,
  limits: FilterLimits,
  read: ReadTerm<Value>,
): Readonly<Record<string, Value>> {
  const entries = Object.entries(toObject(value, path));
  if (entries.length === 0) throw invalid(path, "must name at least one attribute");
  return Object.fromEntries(
    entries.map(([name, term]) => {
      if (!OWN_FIELDS.has(name) && !isAttributeName(name))
        throw invalid(path, `${JSON.stringify(name.slice(0, 80))} is neither type, topic, id nor an attribute's name`);
      return [name, read(term, `${path}.${name}`, budget, limits)];
    }),
  );
}

function parseValues(value: unknown, path: string, budget: Budget, limits: FilterLimits): readonly AttributeValue[] {
  if (!Array.isArray(value) || value.length === 0) throw invalid(path, "must be an array of at least one value");
  return Array.from(value, (entry: unknown) => parseValue(entry, path, budget, limits));
}

function parseText(value: unknown, path: string, budget: Budget, limits: FilterLimits): string {
  if (typeof value !== "string" || value === "") throw invalid(path, "must be a text that is not empty");
  parseValue(value, path, budget, limits);
  return value;
}

function parseValue(value: unknown, path: string, budget: Budget, limits: FilterLimits): AttributeValue {
  const fits =
    typeof value === "string" || typeof value === "boolean" || (typeof value === "number" && Number.isFinite(value));
  if (!fits) throw invalid(path, "must be a string, number or boolean");
  budget.terms += 1;
  if (budget.terms > limits.filterTerms) throw invalid("filter", `has more than ${limits.filterTerms} comparisons`);
  if (utf8Bytes(attributeText(value)) > limits.attributeBytes)
    throw invalid(path, `has more than ${limits.attributeBytes} bytes`);
  return value;
}

function toObject(value: unknown, path: string): Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw invalid(path, "must be an object");
  return value as Readonly<Record<string, unknown>>;
}

function invalid(path: string, message: string): FanfareError {
  return new FanfareError("invalid_filter", `${path}: ${message}`);
}
