import fc from "fast-check";
import { formatCursor, toEpoch, toPosition, type Cursor, type Epoch, type Position } from "../src/cursor.ts";
import { isAttributeName, type Attributes, type AttributeValue } from "../src/attributes.ts";
import type { EventRecord } from "../src/event.ts";
import type { Filter } from "../src/filter.ts";
import { parsePattern, parseTopic, type Pattern, type Topic } from "../src/topic.ts";

/** Random values of the protocol's nouns, for the tests of this package. */

const LETTERS = "abcdefghijklmnopqrstuvwxyz";
const TOKEN_CHARACTERS = `${LETTERS}${LETTERS.toUpperCase()}0123456789_-`;

const token: fc.Arbitrary<string> = fc.string({
  unit: fc.constantFrom(...TOKEN_CHARACTERS),
  minLength: 1,
  maxLength: 8,
});

export const topic: fc.Arbitrary<Topic> = fc
  .array(token, { minLength: 1, maxLength: 6 })
  .map((tokens) => parseTopic(tokens.join(".")));

export const pattern: fc.Arbitrary<Pattern> = fc
  .tuple(fc.array(fc.oneof(token, fc.constant("*")), { maxLength: 5 }), fc.oneof(token, fc.constantFrom("*", ">")))
  .map(([tokens, last]) => parsePattern([...tokens, last].join(".")));

export const position: fc.Arbitrary<Position> = fc
  .oneof(fc.nat(1_000), fc.maxSafeNat())
  .map((value) => toPosition(value));

export const epoch: fc.Arbitrary<Epoch> = fc
  .string({ unit: fc.constantFrom(..."0123456789abcdefghijklmnopqrstuvwxyz"), minLength: 1, maxLength: 32 })
  .map((value) => toEpoch(value));

export const cursor: fc.Arbitrary<Cursor> = fc.tuple(epoch, position).map(([e, p]) => formatCursor(e, p));

const anyText = fc.string({
  unit: fc.oneof(
    fc.constantFrom(...'ab"\\\n\u2028é€\ud800\udc00'),
    fc.string({ unit: "binary", minLength: 1, maxLength: 1 }),
  ),
  maxLength: 12,
});

export const attributeName: fc.Arbitrary<string> = fc
  .oneof(
    fc.constantFrom("a", "b", "ticket", "constructor", "hasOwnProperty", "toString", "_", "customerId"),
    fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_]{0,11}$/),
  )
  .filter(isAttributeName);

export const attributeValue: fc.Arbitrary<AttributeValue> = fc.oneof(
  anyText,
  fc.boolean(),
  fc.integer(),
  fc.double({ noDefaultInfinity: true, noNaN: true }),
);

export const attributes: fc.Arbitrary<Attributes> = fc.dictionary(attributeName, attributeValue, { maxKeys: 6 });

export const eventType: fc.Arbitrary<string> = fc.constantFrom("order.paid", "forum.post.added", "message", 'a"\\');

export const time: fc.Arbitrary<string> = fc
  .date({ min: new Date("0000-01-01T00:00:00.000Z"), max: new Date("9999-12-31T23:59:59.999Z"), noInvalidDate: true })
  .map((date) => date.toISOString());

export const eventId: fc.Arbitrary<string> = fc.oneof(
  fc.uuid({ version: 7 }),
  fc.stringMatching(/^[a-zA-Z0-9é€"\\/ ]{1,20}$/),
);

export const record: fc.Arbitrary<EventRecord> = fc.record({
  topic,
  position,
  id: eventId,
  type: eventType,
  time,
  attributes,
  data: fc.json({ maxDepth: 4 }),
});

/** Few names and values, so that filters and subjects of them meet often. */
const FEW_NAMES = ["a", "b", "type", "topic", "id"] as const;
const FEW_VALUES: readonly AttributeValue[] = ["x", "xy", "yx", "1", 1, true, "true", ""];

const terms = <Value>(value: fc.Arbitrary<Value>): fc.Arbitrary<Record<string, Value>> =>
  fc.dictionary(fc.constantFrom(...FEW_NAMES), value, { minKeys: 1, maxKeys: 2, noNullPrototype: true });

const fewValue = fc.constantFrom(...FEW_VALUES);
const fewText = fc.constantFrom("x", "y", "1", "t", "xy");

export const filter: fc.Arbitrary<Filter> = fc.letrec<{ node: Filter }>((tie) => ({
  node: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    fc.oneof(
      fc.record({ exact: terms(fewValue) }),
      fc.record({ prefix: terms(fewText) }),
      fc.record({ suffix: terms(fewText) }),
      fc.record({ in: terms(fc.array(fewValue, { minLength: 1, maxLength: 3 })) }),
    ),
    fc.record({ all: fc.array(tie("node"), { minLength: 1, maxLength: 3 }) }),
    fc.record({ any: fc.array(tie("node"), { minLength: 1, maxLength: 3 }) }),
    fc.record({ not: tie("node") }),
  ),
})).node;

export const filterSubject: fc.Arbitrary<{ topic: string; id: string; type: string; attributes: Attributes }> =
  fc.record({
    topic: fc.constantFrom("x", "xy", "1"),
    id: fc.constantFrom("x", "1", "true"),
    type: fc.constantFrom("x", "yx"),
    attributes: fc.record({ a: fewValue, b: fewValue }, { requiredKeys: [], noNullPrototype: true }),
  });
