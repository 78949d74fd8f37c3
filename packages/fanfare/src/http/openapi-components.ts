import type { JsonObject } from "@fanfare/protocol";
import { z } from "zod";

/** JSON Schemas of a description: those that have a name are kept once and referred to. */
export class Components {
  readonly #named = new Map<string, JsonObject>();

  /** What a client may send. */
  input(schema: z.ZodType): JsonObject {
    return this.#describe(schema, "input");
  }

  /** What a client gets, or what is made of a parameter's text. */
  output(schema: z.ZodType): JsonObject {
    return this.#describe(schema, "output");
  }

  all(): JsonObject {
    return Object.fromEntries([...this.#named].toSorted(([a], [b]) => (a < b ? -1 : 1)));
  }

  #describe(schema: z.ZodType, io: "input" | "output"): JsonObject {
    // Named schemas are taken out of whatever is around them, so something has to be.
    const wrapped = z.toJSONSchema(z.object({ schema }), { io, unrepresentable: "any", override: plainTimes });
    const text = JSON.stringify(wrapped).replaceAll('"#/$defs/', '"#/components/schemas/');
    const { $defs = {}, properties } = JSON.parse(text) as Described;
    for (const [name, { id: _name, ...definition }] of Object.entries($defs)) this.#named.set(name, definition);
    return properties.schema;
  }
}

/** The format says it; the expression behind it helps nobody who reads. */
function plainTimes({ jsonSchema }: { readonly jsonSchema: z.core.JSONSchema.BaseSchema }): void {
  if (jsonSchema.format === "date-time") delete jsonSchema.pattern;
}

interface Described {
  readonly $defs?: Readonly<Record<string, JsonObject>>;
  readonly properties: { readonly schema: JsonObject };
}
