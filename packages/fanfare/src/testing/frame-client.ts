import type {
  Delivery,
  ErrorFrame,
  Method,
  NotificationFrame,
  Notifications,
  Requests,
  Responses,
  ResultFrame,
} from "@fanfare/protocol";
import { Waiters } from "./waiters.ts";

/** Whatever a server sends over a WebSocket. */
export type ServerFrame = ErrorFrame | NotificationFrame | ResultFrame;

/** A request's error as the server told it. */
export class RpcError extends Error {
  override readonly name = "RpcError";
  readonly error: ErrorFrame["error"];

  constructor(error: ErrorFrame["error"]) {
    super(error.message);
    this.error = error;
  }
}

/** How a connection was closed: code and reason. */
export interface Closed {
  readonly code: number;
  readonly reason: string;
}

/** The other side of a hub's frames for tests, over whatever carries them: keeps every frame, checks nothing, repairs nothing. */
export abstract class FrameClient {
  abstract readonly closed: Promise<Closed>;
  readonly #frames = new Waiters<ServerFrame>();
  readonly #boundMs: number;
  #lastId = 0;

  constructor(boundMs: number) {
    this.#boundMs = boundMs;
  }

  /** Everything that came, in order. */
  get frames(): readonly ServerFrame[] {
    return this.#frames.items;
  }

  /** Text and bytes go out as they are, anything else as JSON. */
  abstract send(message: unknown): void;

  abstract close(): Promise<Closed>;

  /** Deliveries that came to a subscription, in order. */
  deliveries(subscription: string): readonly Delivery[] {
    return this.frames.flatMap((frame) =>
      "method" in frame && frame.method === "deliver" && frame.params.subscription === subscription
        ? [frame.params]
        : [],
    );
  }

  /** The first frame that fits, of those that came and those to come. */
  waitFor(fits: (frame: ServerFrame) => boolean): Promise<ServerFrame> {
    return this.#frames.find(fits, this.#boundMs);
  }

  /** What `look` answers as soon as it answers something; it is asked again with every frame. */
  until<Found>(look: () => Found | undefined): Promise<Found> {
    return this.#frames.until(look, this.#boundMs);
  }

  /** Params of the first notification of that method. */
  async notified<Name extends keyof Notifications>(method: Name): Promise<Notifications[Name]> {
    const frame = await this.waitFor((one) => "method" in one && one.method === method);
    return (frame as Extract<NotificationFrame, { readonly method: Name }>).params as Notifications[Name];
  }

  /** Sends a request and waits for its answer; rejects with {@link RpcError}. */
  async request<M extends Method>(method: M, params: Requests[M]): Promise<Responses[M]> {
    const id = `r${(this.#lastId += 1)}`;
    this.send({ jsonrpc: "2.0", id, method, params });
    const answer = await this.waitFor((frame) => "id" in frame && frame.id === id);
    if ("error" in answer) throw new RpcError(answer.error);
    return (answer as ResultFrame).result as Responses[M];
  }

  protected came(frame: ServerFrame): void {
    this.#frames.push(frame);
  }

  /** Nothing will come any more: whoever still waits is told why. */
  protected over(reason: string): void {
    this.#frames.end(reason);
  }
}
