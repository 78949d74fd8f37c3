import type { Hub } from "../src/core/hub.ts";
import { FrameClient, type Closed } from "../src/testing/frame-client.ts";
import { openFrames, type FramesDoor, type FramesOptions } from "../src/testing/frames-door.ts";

/** A client of a door of frames that can do what the test client of a WebSocket can. */
export class DoorClient extends FrameClient {
  readonly door: FramesDoor;
  readonly closed: Promise<Closed>;

  constructor(hub: Hub, options: FramesOptions = {}) {
    super(10_000);
    const { promise, resolve } = Promise.withResolvers<Closed>();
    this.closed = promise;
    this.door = openFrames(
      hub,
      {
        receive: (frame) => this.came(frame),
        closed: (code, reason) => {
          this.over(`closed with ${code} ${reason}`);
          resolve({ code, reason });
        },
      },
      options,
    );
  }

  send(message: unknown): void {
    this.door.send(message);
  }

  close(): Promise<Closed> {
    this.door.close();
    return this.closed;
  }
}

/** Comes in and waits for `hello`. */
export async function connectDoor(hub: Hub, options: FramesOptions = {}): Promise<DoorClient> {
  const client = new DoorClient(hub, options);
  await client.notified("hello");
  return client;
}
