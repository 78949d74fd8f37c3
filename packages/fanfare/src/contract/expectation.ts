import type { z } from "zod";

/** What was expected where a schema does not say it itself, for people: after a field's name and a colon. */
export function expectation(issue: z.core.$ZodRawIssue): string {
  switch (issue.code) {
    case "invalid_type":
      return `must be ${kindOf(issue.expected)}`;
    case "invalid_union":
      return `must be ${alternatives(issue.errors)}`;
    case "invalid_value":
      return issue.values.length === 1
        ? `must be ${JSON.stringify(issue.values[0])}`
        : `must be one of ${issue.values.join(", ")}`;
    case "too_small":
      return bound(issue.origin, "at least", issue.minimum);
    case "too_big":
      return bound(issue.origin, "at most", issue.maximum);
    case "unrecognized_keys":
      return `${issue.keys.map(shown).join(", ")} ${issue.keys.length === 1 ? "is" : "are"} unknown here`;
    case "invalid_format":
    case "invalid_key":
    case "invalid_element":
    case "not_multiple_of":
    case "custom":
      return "does not have the expected form";
  }
}

const KINDS: Readonly<Record<string, string>> = {
  string: "a string",
  number: "a number",
  int: "a whole number",
  boolean: "a boolean",
  array: "an array",
  object: "an object",
  record: "an object",
};

function kindOf(expected: string): string {
  return KINDS[expected] ?? expected;
}

/** @example "a string, a number or a boolean" */
function alternatives(branches: readonly (readonly z.core.$ZodIssue[])[]): string {
  const kinds = branches.flatMap(([issue]) => (issue?.code === "invalid_type" ? [kindOf(issue.expected)] : []));
  const last = kinds.pop();
  if (last === undefined) return "of another form";
  return kinds.length === 0 ? last : `${kinds.join(", ")} or ${last}`;
}

const COUNTED: Readonly<Record<string, readonly [one: string, more: string]>> = {
  string: ["character", "characters"],
  array: ["entry", "entries"],
};

function bound(origin: string, which: string, limit: number | bigint): string {
  const words = COUNTED[origin];
  if (words === undefined) return `must be ${which} ${limit}`;
  return `must have ${which} ${limit} ${Number(limit) === 1 ? words[0] : words[1]}`;
}

/** A client's own word: never long, never with line ends. */
function shown(name: string): string {
  return /^[\w.$-]{1,64}$/.test(name) ? name : JSON.stringify(name.slice(0, 64));
}
