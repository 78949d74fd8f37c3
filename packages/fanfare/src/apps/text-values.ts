import type { z } from "zod";

/** How a field is written in an address. */
export interface FieldKind {
  readonly scalar: "text" | "number" | "boolean";
  /** Written by repeating its name. */
  readonly list: boolean;
}

interface Definition {
  readonly type: string;
  readonly innerType?: Inner;
  readonly element?: Inner;
  readonly options?: readonly Inner[];
  readonly entries?: object;
  readonly values?: readonly unknown[];
}

// Read by their definitions and not by their classes, since an app may have a zod of its own.
type Inner = { readonly _zod: { readonly def: unknown } };

const WRAPPERS: ReadonlySet<string> = new Set(["optional", "default", "prefault", "nonoptional", "readonly"]);

/** The kind of a schema's values; `undefined` for what has no place in an address. */
export function fieldKind(schema: z.core.$ZodType | undefined): FieldKind | undefined {
  if (schema === undefined) return undefined;
  const def = definitionOf(schema);
  if (WRAPPERS.has(def.type) && def.innerType !== undefined) return fieldKind(def.innerType as z.core.$ZodType);
  if (def.type !== "array") return scalarKind(schema);
  const kind = def.element && scalarKind(def.element);
  return kind && { ...kind, list: true };
}

function scalarKind(schema: Inner): FieldKind | undefined {
  const { type, options = [], values = [] } = definitionOf(schema);
  switch (type) {
    case "string":
    case "enum":
    case "template_literal":
      return { scalar: "text", list: false };
    case "number":
    case "int":
      return { scalar: "number", list: false };
    case "boolean":
      return { scalar: "boolean", list: false };
    case "literal":
      return values.every((value) => typeof value === "string") ? { scalar: "text", list: false } : undefined;
    case "union": {
      const kinds = options.map(scalarKind);
      return kinds.every((kind) => kind?.scalar === "text") ? { scalar: "text", list: false } : undefined;
    }
    default:
      return undefined;
  }
}

function definitionOf(schema: Inner): Definition {
  const { _zod: internals } = schema;
  return internals.def as Definition;
}

/** The value that a text stands for; what is no number or truth value stays text, and the schema says so. */
export function readText(text: string, { scalar }: FieldKind): unknown {
  if (scalar === "number" && /^-?(?:0|[1-9]\d{0,15})(?:\.\d{1,15})?$/.test(text)) return Number(text);
  if (scalar === "boolean" && (text === "true" || text === "false")) return text === "true";
  return text;
}
