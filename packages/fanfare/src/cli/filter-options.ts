import { parseFilter, type Filter } from "@fanfare/protocol";

/** How a command line says which events it wants. */
export interface FilterOptions {
  readonly filter?: Filter;
  readonly type?: readonly string[];
  readonly attr?: readonly (readonly [name: string, value: string])[];
}

/**
 * One filter of all options: values of the same name are alternatives, different names all apply, as in the query of an
 * HTTP read. `undefined` when nothing is asked for. Throws `invalid_filter`.
 */
export function filterOf({ filter, type = [], attr = [] }: FilterOptions): Filter | undefined {
  const values = new Map<string, string[]>(type.length === 0 ? [] : [["type", [...type]]]);
  for (const [name, value] of attr) values.set(name, [...(values.get(name) ?? []), value]);
  const parts: Filter[] = filter === undefined ? [] : [filter];
  for (const [name, alternatives] of values) {
    const [only = ""] = alternatives;
    parts.push(alternatives.length === 1 ? { exact: { [name]: only } } : { in: { [name]: alternatives } });
  }
  if (parts.length === 0) return undefined;
  const [first] = parts;
  return parseFilter(parts.length === 1 ? first : { all: parts });
}
