import type { Delivery, RequestId, SubscribeParams, SubscribeResult } from "@fanfare/protocol";

interface Member {
  readonly params: SubscribeParams;
  /** The request that waits for its answer; none once it was answered. */
  readonly id: RequestId | undefined;
}

/** The longest list of subscriptions that fits into an address which servers and proxies take. */
const LONGEST = 12_000;

/** The subscriptions of a stream with the place of each, since every change of them needs a new stream. */
export class StreamRoster {
  readonly #members = new Map<string, Member>();

  get empty(): boolean {
    return this.#members.size === 0;
  }

  /** Answers what is wrong with it, if anything. */
  add(id: RequestId, params: SubscribeParams): string | undefined {
    this.#members.set(params.subscription, { id, params });
    const { length } = encodeURIComponent(this.query([...this.#members.keys()]));
    if (length <= LONGEST) return undefined;
    this.#members.delete(params.subscription);
    return `subscriptions: ${length} characters, at most ${LONGEST} go into a stream's address`;
  }

  remove(name: string): SubscribeParams | undefined {
    const member = this.#members.get(name);
    this.#members.delete(name);
    return member?.params;
  }

  consumerOf(name: string): string | undefined {
    return this.#members.get(name)?.params.consumer;
  }

  /** The answered ones, and of the others the first `most`. */
  select(most: number): readonly string[] {
    const all = [...this.#members];
    const waiting = all.filter(([, { id }]) => id !== undefined).slice(0, most);
    return [...all.filter(([, { id }]) => id === undefined), ...waiting].map(([name]) => name);
  }

  query(names: readonly string[]): string {
    return JSON.stringify(names.map((name) => this.#members.get(name)?.params));
  }

  waiting(names: readonly string[]): readonly (readonly [string, RequestId])[] {
    return names.flatMap((name) => {
      const id = this.#members.get(name)?.id;
      return id === undefined ? [] : [[name, id] as const];
    });
  }

  /** Answers the request that waited for this, and its former scope when that was another one. */
  opened({ subscription, cursor, scope }: SubscribeResult): { readonly id?: RequestId; readonly rescoped?: boolean } {
    const member = this.#members.get(subscription);
    if (member === undefined) return {};
    this.#members.set(subscription, { id: undefined, params: { ...member.params, after: cursor, scope } });
    return member.id === undefined ? { rescoped: member.params.scope !== scope } : { id: member.id };
  }

  moved({ subscription, cursor }: Delivery): void {
    const member = this.#members.get(subscription);
    if (member !== undefined)
      this.#members.set(subscription, { ...member, params: { ...member.params, after: cursor } });
  }
}
