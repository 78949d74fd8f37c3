import type { Method, RequestFrame, RequestId } from "@fanfare/protocol";
import type { Door, Link, LinkEnd, LinkListener, Runtime, ServerFrame, Transport } from "@fanfare/client";
import type { FrameMethod, Passage, Side } from "./frames.ts";
import { Lane } from "./lane.ts";
import type { Fate } from "./trouble.ts";

/** A link whose far side can be told that nothing is taken for a while. */
export interface PausableLink extends Link {
  pause(): void;
  resume(): void;
}

/** What a road needs of its network. */
export interface RoadHost {
  readonly runtime: Runtime;
  /** What the network does to a frame. */
  meet(passage: Passage): Fate;
  /** Nothing passes to this side now. */
  blocked(to: Side): boolean;
  /** Nothing passes on it any more, in either direction. */
  over(road: Road): void;
}

/** One link that goes over a network, between the client's side and another transport's link. */
export class Road implements Link {
  readonly #host: RoadHost;
  readonly #listener: LinkListener;
  readonly #lanes: Readonly<Record<Side, Lane>>;
  readonly #link: Link | PausableLink;
  /** Methods of the requests, by their ids, so that answers are known by them. */
  readonly #asked = new Map<RequestId | null, Method>();
  /** The client has left; the hub may not know yet. */
  #left = false;

  constructor(transport: Transport, door: Door, listener: LinkListener, host: RoadHost) {
    const { runtime } = host;
    this.#host = host;
    this.#listener = listener;
    this.#lanes = { hub: new Lane(runtime, host.blocked("hub")), client: new Lane(runtime, host.blocked("client")) };
    this.#link = transport.open(door, {
      received: (frame) => this.#carry("client", frame, () => listener.received(frame)),
      // It comes behind what was said before.
      closed: (end) => this.#lanes.client.push(() => this.#end(end)),
    });
    if (host.blocked("client")) this.block("client");
  }

  /** The client holds it for open. */
  get open(): boolean {
    return !this.#left;
  }

  send(frame: RequestFrame): void {
    this.#asked.set(frame.id, frame.method);
    this.#carry("hub", frame, () => this.#link.send(frame));
  }

  /** The client leaves; what it said before still arrives. */
  close(): void {
    this.#left = true;
    this.#lanes.client.close();
    this.#lanes.hub.push(() => {
      this.#host.over(this);
      this.#link.close();
    });
  }

  /** Both sides lose each other, and what is on its way is lost. */
  cut(end: LinkEnd): void {
    this.#end(end);
    this.#link.close();
  }

  block(to: Side): void {
    this.#lanes[to].block();
    if (to === "client" && "pause" in this.#link) this.#link.pause();
  }

  unblock(to: Side): void {
    this.#lanes[to].unblock();
    if (to === "client" && "resume" in this.#link) this.#link.resume();
  }

  #carry(to: Side, frame: Passage["frame"], pass: () => void): void {
    const fate = this.#host.meet({ to, method: this.#methodOf(frame), frame });
    if (fate.cut === true) return this.#break();
    if (fate.dropped === true) return;
    this.#lanes[to].push(pass, fate);
    if (fate.duplicated === true) this.#lanes[to].push(pass, fate);
  }

  /** A link never ends within a call of the client's. */
  #break(): void {
    this.#lanes.hub.close();
    this.#lanes.client.close();
    void Promise.resolve().then(() => this.cut({ code: 1006, reason: "cut" }));
  }

  #methodOf(frame: RequestFrame | ServerFrame): FrameMethod | undefined {
    return "method" in frame ? frame.method : this.#asked.get(frame.id);
  }

  #end(end: LinkEnd): void {
    this.#lanes.hub.close();
    this.#lanes.client.close();
    this.#host.over(this);
    if (this.#left) return;
    this.#left = true;
    this.#listener.closed(end);
  }
}
