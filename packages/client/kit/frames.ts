import type { Method, NotificationFrame, RequestFrame } from "@fanfare/protocol";
import type { ServerFrame } from "@fanfare/client";

/** The side that a frame goes to. */
export type Side = "hub" | "client";

/** What a frame is about: the method of a request or a notification; an answer has the method of its request. */
export type FrameMethod = Method | NotificationFrame["method"];

/** A frame on its way. */
export interface Passage {
  readonly to: Side;
  /** `undefined` for an answer that belongs to no request of its link. */
  readonly method: FrameMethod | undefined;
  readonly frame: RequestFrame | ServerFrame;
}

/** Which frames are meant: those that fit all that is given. */
export interface Frames {
  /** Default: both sides. */
  readonly to?: Side | undefined;
  /** `deliver`, `publish`, …; default every method. */
  readonly method?: FrameMethod | undefined;
  /** Looks at the frame itself. */
  readonly where?: ((passage: Passage) => boolean) | undefined;
  /** Only so many of them; default all. */
  readonly times?: number | undefined;
}

export function isMeant({ to, method, where }: Frames, passage: Passage): boolean {
  return (
    (to === undefined || to === passage.to) &&
    (method === undefined || method === passage.method) &&
    where?.(passage) !== false
  );
}
