import { isFanfareError, type RequestFrame } from "@fanfare/protocol";
import type { Door, LinkListener, Transport } from "@fanfare/client";
import type { Hub, Identity } from "fanfare";
import { openFrames, type FramesDoor } from "fanfare/testing";
import type { PausableLink } from "./road.ts";

/** Who comes in with this token; throws `FanfareError` for one that is no good. */
export type Identify = (token: string | undefined) => Identity | Promise<Identity>;

/** Links to a hub in the same process, without sockets. `hub` is asked at each opening: there may be another one by then. */
export function hubTransport(hub: () => Hub, identify: Identify): Transport {
  return {
    name: "process",
    open(door, listener) {
      const link = new HubLink(listener);
      void link.open(hub(), door, identify);
      return link;
    },
  };
}

class HubLink implements PausableLink {
  readonly #listener: LinkListener;
  #frames: FramesDoor | undefined;
  #paused = false;
  #over = false;

  constructor(listener: LinkListener) {
    this.#listener = listener;
  }

  async open(hub: Hub, { profile, token }: Door, identify: Identify): Promise<void> {
    try {
      await hub.ready();
      const identity = await identify(token);
      if (this.#over) return;
      const renewed = async (credentials: { readonly token: string | undefined }): Promise<Identity> =>
        identify(credentials.token);
      this.#frames = openFrames(
        hub,
        { receive: (frame) => this.#over || this.#listener.received(frame), closed: (...end) => this.#end(...end) },
        { identity, identify: renewed, profile },
      );
      if (this.#paused) this.#frames.pause();
    } catch (error) {
      this.#end(1006, error instanceof Error ? error.message : String(error), statusOf(error));
    }
  }

  send(frame: RequestFrame): void {
    this.#frames?.send(frame);
  }

  close(): void {
    this.#over = true;
    this.#frames?.close();
  }

  pause(): void {
    this.#paused = true;
    this.#frames?.pause();
  }

  resume(): void {
    this.#paused = false;
    this.#frames?.resume();
  }

  #end(code: number, reason: string, status?: number): void {
    if (this.#over) return;
    this.#over = true;
    this.#listener.closed({ code, reason, status });
  }
}

function statusOf(error: unknown): number | undefined {
  return isFanfareError(error) ? error.status : undefined;
}
