import type { Attributes } from "@fanfare/protocol";
import type { Bus } from "./ports/bus.ts";

/** A signal on its way, before anybody's filter. */
export interface SignalNotice {
  readonly kind: "signal";
  readonly topic: string;
  readonly type: string;
  readonly attributes: Attributes;
  /** JSON text. */
  readonly data: string;
  readonly from: string;
  readonly time: string;
}

/** A credential that is refused from now on. */
export interface RevokedNotice {
  readonly kind: "revoked";
  readonly key: string;
  /** Milliseconds since 1970: credentials issued up to here; of a `jti`, always. */
  readonly before: number;
}

/** A consumer that another process serves from now on. */
export interface ConsumerNotice {
  readonly kind: "consumer";
  readonly key: string;
  readonly generation: number;
}

/** What the hubs of one log tell each other. */
export type Notice = SignalNotice | RevokedNotice | ConsumerNotice;

/** The bus with its texts turned into notices; what other versions say and this one does not know is passed over. */
export class Notices {
  readonly #bus: Bus;

  constructor(bus: Bus) {
    this.#bus = bus;
  }

  publish(notice: Notice): void {
    this.#bus.publish(JSON.stringify(notice));
  }

  subscribe(listener: (notice: Notice) => void): () => void {
    return this.#bus.subscribe((text) => {
      const notice = JSON.parse(text) as Notice | { readonly kind: string };
      if (isKnown(notice)) listener(notice);
    });
  }
}

function isKnown(notice: Notice | { readonly kind: string }): notice is Notice {
  return notice.kind === "signal" || notice.kind === "revoked" || notice.kind === "consumer";
}
