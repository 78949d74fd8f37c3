import { attributeText, type Attributes, type AttributeValue } from "./attributes.ts";

/** What a filter compares by name: an attribute, or `type`, `topic` and `id` for the event's own fields. */
export type Terms = Readonly<Record<string, AttributeValue>>;

/**
 * A predicate on an event's `type`, `topic`, `id` and attributes, in the CloudEvents Subscriptions dialect plus `in`.
 * Values compare by their text form; an attribute that an event lacks satisfies nothing but a `not`.
 *
 * @example
 * { all: [{ exact: { ticket: "T-42" } }, { not: { prefix: { type: "forum.draft." } } }] }
 */
export type Filter =
  | { readonly exact: Terms }
  | { readonly prefix: Readonly<Record<string, string>> }
  | { readonly suffix: Readonly<Record<string, string>> }
  | { readonly in: Readonly<Record<string, readonly AttributeValue[]>> }
  | { readonly all: readonly Filter[] }
  | { readonly any: readonly Filter[] }
  | { readonly not: Filter };

/** What a filter looks at. */
export interface FilterSubject {
  readonly topic: string;
  readonly id: string;
  readonly type: string;
  readonly attributes: Attributes;
}

export type Predicate = (subject: FilterSubject) => boolean;

/** One equality that an event must satisfy: `name`'s text form is `text`. */
export interface EqualityTerm {
  readonly name: string;
  readonly text: string;
}

/** Makes the function that decides for one event; `undefined` is the filter that lets everything pass. */
export function compileFilter(filter: Filter | undefined): Predicate {
  if (filter === undefined) return () => true;
  if ("exact" in filter) return compileTerms(filter.exact, (wanted) => (text) => text === attributeText(wanted));
  if ("prefix" in filter) return compileTerms(filter.prefix, (wanted) => (text) => text.startsWith(wanted));
  if ("suffix" in filter) return compileTerms(filter.suffix, (wanted) => (text) => text.endsWith(wanted));
  if ("in" in filter) {
    return compileTerms(filter.in, (wanted) => {
      const texts = new Set(wanted.map(attributeText));
      return (text) => texts.has(text);
    });
  }
  if ("not" in filter) {
    const inner = compileFilter(filter.not);
    return (subject) => !inner(subject);
  }
  const parts = ("all" in filter ? filter.all : filter.any).map(compileFilter);
  return "all" in filter
    ? (subject) => parts.every((part) => part(subject))
    : (subject) => parts.some((part) => part(subject));
}

/** The text that a filter compares under `name`, or `undefined` when the event has no such attribute. */
export function subjectText(subject: FilterSubject, name: string): string | undefined {
  switch (name) {
    case "type":
      return subject.type;
    case "topic":
      return subject.topic;
    case "id":
      return subject.id;
    default: {
      const value = Object.hasOwn(subject.attributes, name) ? subject.attributes[name] : undefined;
      return value === undefined ? undefined : attributeText(value);
    }
  }
}

/**
 * Equalities of which every matching event satisfies at least one, each once, or `undefined` when the filter has none.
 * An index may find subscriptions by them; the filter still decides.
 */
export function equalityTerms(filter: Filter | undefined): readonly EqualityTerm[] | undefined {
  if (filter === undefined) return undefined;
  if ("exact" in filter) return firstEntry(filter.exact, (name, value) => [{ name, text: attributeText(value) }]);
  if ("in" in filter)
    return firstEntry(filter.in, (name, values) =>
      distinct(values.map((value) => ({ name, text: attributeText(value) }))),
    );
  if ("all" in filter) return filter.all.map(equalityTerms).reduce(fewer, undefined);
  if ("any" in filter) {
    const terms = filter.any.map(equalityTerms);
    return terms.every((term) => term !== undefined) ? distinct(terms.flat()) : undefined;
  }
  return undefined;
}

function compileTerms<Value>(
  terms: Readonly<Record<string, Value>>,
  compare: (wanted: Value) => (text: string) => boolean,
): Predicate {
  const checks = Object.entries(terms).map(([name, wanted]) => compileTerm(name, compare(wanted)));
  const [only] = checks;
  return only !== undefined && checks.length === 1 ? only : (subject) => checks.every((check) => check(subject));
}

function compileTerm(name: string, holds: (text: string) => boolean): Predicate {
  return (subject) => {
    const text = subjectText(subject, name);
    return text !== undefined && holds(text);
  };
}

function firstEntry<Value>(
  terms: Readonly<Record<string, Value>>,
  toTerms: (name: string, value: Value) => readonly EqualityTerm[],
): readonly EqualityTerm[] | undefined {
  const entry = Object.entries(terms)[0];
  return entry === undefined ? undefined : toTerms(entry[0], entry[1]);
}

function distinct(terms: readonly EqualityTerm[]): readonly EqualityTerm[] {
  return [...new Map(terms.map((term) => [`${term.name}=${term.text}`, term])).values()];
}

function fewer(
  left: readonly EqualityTerm[] | undefined,
  right: readonly EqualityTerm[] | undefined,
): readonly EqualityTerm[] | undefined {
  if (left === undefined || right === undefined) return left ?? right;
  return right.length < left.length ? right : left;
}
