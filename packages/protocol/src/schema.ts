import { frames } from "./schema/frames.ts";
import { http } from "./schema/http.ts";
import type { JsonSchemas } from "./schema/json-schema.ts";
import { nouns } from "./schema/nouns.ts";

/** `$id` of {@link PROTOCOL_SCHEMA}. */
export const PROTOCOL_SCHEMA_ID = "urn:fanfare:schema:v1";

/**
 * The JSON Schema (draft 2020-12) of everything that the protocol sends, each kind under its name in `$defs`. It knows
 * shapes and grammar, not limits, which are each hub's own.
 *
 * @example
 * const ajv = new Ajv2020({ schemas: [PROTOCOL_SCHEMA] });
 * const isRequest = ajv.compile({ $ref: `${PROTOCOL_SCHEMA_ID}#/$defs/request` });
 */
export const PROTOCOL_SCHEMA: {
  readonly $schema: "https://json-schema.org/draft/2020-12/schema";
  readonly $id: typeof PROTOCOL_SCHEMA_ID;
  readonly $defs: JsonSchemas;
} = {
  $schema: "https://json-schema.org/draft/2020-12/schema",
  $id: PROTOCOL_SCHEMA_ID,
  $defs: { ...nouns, ...frames, ...http },
};
