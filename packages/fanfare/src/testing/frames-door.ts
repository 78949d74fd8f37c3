import { CLOSE_CODES, utf8Bytes, type CloseCode } from "@fanfare/protocol";
import type { Hub } from "../core/hub.ts";
import { OPEN, type Identity } from "../core/identity.ts";
import type { Connection, Wire } from "../core/ports/connection.ts";
import type { Session } from "../core/session.ts";
import { closeReason } from "../transports/websocket/close-reason.ts";
import { notification, notificationsWire } from "../transports/websocket/notification.ts";
import { ANSWER_BACKLOG, PENDING_REQUESTS, RequestLane, type LaneHost } from "../transports/websocket/request-lane.ts";
import { execute, type Identify } from "../transports/websocket/requests.ts";
import { parseMessage, type Incoming, type Request } from "../transports/websocket/rpc.ts";
import type { ServerFrame } from "./frame-client.ts";

/** Who gets what comes through a door of frames; never called from within a call of the door. */
export interface FramesListener {
  /** `hello` comes first. */
  receive(frame: ServerFrame): void;
  /** The connection is over, by either side; nothing follows. */
  closed(code: CloseCode, message: string): void;
}

export interface FramesOptions {
  /** Who connects; default the anonymous user of open mode. */
  readonly identity?: Identity | undefined;
  /** Turns the token of a `renew` into an identity; default always {@link FramesOptions.identity}. */
  readonly identify?: Identify | undefined;
  /** Name of the wanted profile; default `default`. */
  readonly profile?: string | undefined;
}

/** The client's side of a connection without a socket. */
export interface FramesDoor {
  /** Sends a text as it is, anything else as JSON. After the close it does nothing. */
  send(frame: unknown): void;
  /** Takes no more frames: what the hub writes from now on waits, and after the first write it writes no more deliveries. */
  pause(): void;
  /** Takes what waited, and whatever comes. */
  resume(): void;
  /** Leaves; what was not received yet is lost. */
  close(): void;
}

/**
 * A connection that speaks the WebSocket protocol in process, without a socket or a timer: for tests of clients, also
 * under `seededRuntime`. Every frame goes through JSON text, so that nothing is shared. Throws what an upgrade is refused
 * with: `limit_exceeded`, `profile_unknown`, `draining`, …
 *
 * @example
 * const door = openFrames(hub, { receive: (frame) => frames.push(frame), closed: () => {} });
 * door.send({ jsonrpc: "2.0", id: 1, method: "subscribe", params: { subscription: "1", topics: ["orders.>"] } });
 */
export function openFrames(hub: Hub, listener: FramesListener, options: FramesOptions = {}): FramesDoor {
  const { identity = OPEN, identify = async () => identity, profile } = options;
  const connection = new FramesConnection(hub, listener, identify);
  // To the hub it is a WebSocket: a subscriber in process might stall for ever.
  connection.open(hub.connect(connection, { identity, profile, transport: "websocket" }));
  return {
    send: (frame) => connection.take(typeof frame === "string" ? frame : JSON.stringify(frame)),
    pause: () => connection.pause(),
    resume: () => connection.resume(),
    close: () => connection.leave(),
  };
}

/** One object for all doors, as for all sockets. */
const FRAMES_WIRE: Wire<string> = notificationsWire("frames", (text) => text);

/** The server's side of a door, which is to hub and requests what a socket's is. */
class FramesConnection implements Connection<string>, LaneHost<string> {
  readonly wire: Wire<string> = FRAMES_WIRE;
  readonly pendingRequests: number = PENDING_REQUESTS;
  readonly #hub: Hub;
  readonly #listener: FramesListener;
  readonly #identify: Identify;
  // Without a turn of the event loop, for which nobody waits who moves the clock.
  readonly #lane: RequestLane<string> = new RequestLane(this, (task, value) => process.nextTick(task, value));
  #session: Session | undefined;
  #unread: string[] = [];
  #unreadBytes = 0;
  #end: { readonly code: CloseCode; readonly message: string } | undefined;
  #paused = false;
  /** The hub was told to wait. */
  #stalled = false;
  #scheduled = false;
  /** The client was told of the end. */
  #over = false;

  constructor(hub: Hub, listener: FramesListener, identify: Identify) {
    this.#hub = hub;
    this.#listener = listener;
    this.#identify = identify;
  }

  open(session: Session): void {
    this.#session = session;
    this.#tell(notification("hello", JSON.stringify(session.hello())));
  }

  take(text: string): void {
    if (this.#end !== undefined) return;
    if (utf8Bytes(text) > this.#hub.limits.frameBytes) this.#finish(CLOSE_CODES.tooBig, "");
    else this.#lane.push(text);
  }

  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
    this.#schedule();
  }

  leave(): void {
    if (this.#end !== undefined) return;
    this.#unread = [];
    this.#paused = false;
    this.#finish(CLOSE_CODES.normal, "");
  }

  write(chunks: readonly string[]): boolean {
    if (this.#end !== undefined) return false;
    for (const chunk of chunks) this.#tell(chunk);
    this.#stalled = this.#paused;
    return !this.#stalled;
  }

  close(code: CloseCode, message: string): void {
    this.#finish(code, closeReason(message));
  }

  get roomForAnswers(): boolean {
    return this.#unreadBytes < ANSWER_BACKLOG;
  }

  parse(message: string): Incoming {
    return parseMessage(message, this.#hub.limits);
  }

  refuse(incoming: Exclude<Incoming, Request>): void {
    if (incoming.kind === "refused") this.#tell(JSON.stringify(incoming.answer));
  }

  async run(request: Request): Promise<void> {
    if (this.#session === undefined) return;
    const { answer, afterwards } = await execute(this.#session, request, this.#identify, () => {});
    if (this.#end !== undefined) return;
    if (answer !== undefined) this.#tell(JSON.stringify(answer));
    afterwards?.();
  }

  /** Nobody reads for the lane here: what was sent waits in it. */
  reading(): void {}

  #tell(text: string): void {
    this.#unread.push(text);
    this.#unreadBytes += utf8Bytes(text);
    this.#schedule();
  }

  /** The close stands behind what was written before. */
  #finish(code: CloseCode, message: string): void {
    this.#end = { code, message };
    this.#lane.close();
    this.#session?.closed();
    this.#schedule();
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    queueMicrotask(() => {
      this.#scheduled = false;
      this.#bring();
    });
  }

  #bring(): void {
    while (!this.#paused) {
      const text = this.#unread.shift();
      if (text === undefined) break;
      this.#unreadBytes -= utf8Bytes(text);
      this.#listener.receive(JSON.parse(text) as ServerFrame);
    }
    if (this.#paused || this.#over) return;
    if (this.#end === undefined) this.#drained();
    else {
      this.#over = true;
      this.#listener.closed(this.#end.code, this.#end.message);
    }
  }

  #drained(): void {
    if (this.#stalled) {
      this.#stalled = false;
      this.#session?.ready();
    }
    this.#lane.wake();
  }
}
