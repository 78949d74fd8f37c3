import {
  compileFilter,
  FanfareError,
  formatTime,
  parseAttributes,
  parseTopic,
  parseType,
  toPosition,
  writeData,
  type Json,
  type Limits,
  type Signal,
  type SignalParams,
  type Topic,
} from "@fanfare/protocol";
import { mayTouch, type PrivatePatterns } from "./authority.ts";
import type { Broker } from "./broker.ts";
import { toEntry, type Entry } from "./entry.ts";
import type { Identity } from "./identity.ts";
import type { Notices, SignalNotice } from "./notices.ts";
import type { Outlet } from "./outlet.ts";
import type { Wire } from "./ports/connection.ts";
import type { Runtime } from "./ports/runtime.ts";
import type { Totals } from "./totals.ts";

export interface SignalsOptions {
  readonly broker: Broker;
  readonly notices: Notices;
  readonly runtime: Runtime;
  readonly limits: Limits;
  readonly privates: PrivatePatterns;
  readonly totals: Totals;
}

/** Ephemeral events: filtered like events, told to whoever is connected and ready, nowhere kept. */
export class Signals {
  readonly #options: SignalsOptions;

  constructor(options: SignalsOptions) {
    this.#options = options;
  }

  /** Tells everybody but the sender's own connection. Throws `forbidden`, `invalid_topic`, `invalid_event`. */
  send(params: SignalParams, identity: Identity, sender: Outlet | undefined): void {
    const { limits, privates, notices, runtime } = this.#options;
    const topic = parseTopic(params.topic, limits);
    const notice: SignalNotice = {
      kind: "signal",
      topic,
      type: parseType(params.type, limits),
      attributes: parseAttributes(params.attributes ?? {}, limits),
      data: writeData(params.data, limits),
      from: identity.sub,
      time: formatTime(runtime.now()),
    };
    const allowed = mayTouch(identity, "signal", topic, privates, ({ filter }) =>
      compileFilter(filter)({ ...notice, id: "" }),
    );
    if (!allowed)
      throw new FanfareError("forbidden", `topic: the credential does not grant signal of this on "${topic}"`);
    notices.publish(notice);
    this.tell(notice, sender);
  }

  /** Tells this process's subscribers. */
  tell(notice: SignalNotice, sender: Outlet | undefined): void {
    const { broker, totals } = this.#options;
    totals.signals += 1;
    broker.audiences.visit(asEntry(notice), (audience, shown) => {
      const share = signalChunks(shown, notice);
      for (const { state, outlet, id } of audience.subscriptions) {
        if (state === "opening" || outlet === sender || !outlet.ready) continue;
        broker.tell(outlet, share(outlet.connection.wire, id));
      }
    });
  }
}

/** A signal in the shape that selections judge; it has no position. */
function asEntry({ topic, type, attributes, data, time }: SignalNotice): Entry {
  return toEntry({ topic: topic as Topic, position: toPosition(0), id: "", type, attributes, data, time });
}

/** One chunk a wire format and subscription id. */
function signalChunks(shown: Entry, { from, time }: SignalNotice): (wire: Wire, subscription: string) => unknown {
  const chunks = new Map<string, unknown>();
  const { data } = JSON.parse(shown.json) as { readonly data: Json };
  return (wire, subscription) => {
    const key = `${wire.name} ${subscription}`;
    let chunk = chunks.get(key);
    if (chunk === undefined) {
      const signal: Signal = {
        subscription,
        topic: shown.topic,
        type: shown.type,
        attributes: shown.attributes,
        data,
        from,
        time,
      };
      chunks.set(key, (chunk = wire.signal(signal)));
    }
    return chunk;
  };
}
