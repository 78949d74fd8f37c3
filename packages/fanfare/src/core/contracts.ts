import {
  FanfareError,
  matches,
  parsePattern,
  type EventInput,
  type Pattern,
  type Schemas,
  type Topic,
  type TopicContract,
} from "@fanfare/protocol";

/** Checks published events against the contracts of their topic. */
export class Contracts {
  readonly #contracts: readonly { readonly pattern: Pattern; readonly types: Schemas }[];

  constructor(contracts: readonly TopicContract[]) {
    this.#contracts = contracts.map(({ pattern, types }) => ({ pattern: parsePattern(pattern), types }));
  }

  /** The event with its data as the schema gives it back. Throws `schema_mismatch`, naming the first bad place. */
  async check(topic: Topic, event: EventInput<unknown>): Promise<EventInput<unknown>> {
    const contract = this.#contracts.find(({ pattern }) => matches(pattern, topic));
    if (contract === undefined) return event;
    const schema = Object.hasOwn(contract.types, event.type) ? contract.types[event.type] : undefined;
    if (schema === undefined)
      throw new FanfareError(
        "schema_mismatch",
        `type: "${event.type}" is none of the types of ${contract.pattern}: ${Object.keys(contract.types).join(", ")}`,
      );
    const result = await schema["~standard"].validate(event.data);
    if (result.issues === undefined) return { ...event, data: result.value };
    const [issue] = result.issues;
    const path = (issue?.path ?? []).map((part) => String(typeof part === "object" ? part.key : part));
    throw new FanfareError(
      "schema_mismatch",
      `${["data", ...path].join(".")}: ${issue?.message ?? "does not fit the schema"}`,
    );
  }

  get empty(): boolean {
    return this.#contracts.length === 0;
  }
}
