import type { Door, Link, LinkListener, Transport } from "../core/link.ts";

/** Failures to open in a row after which a transport that has worked before counts as blocked. */
const PATIENCE = 3;
const REMEMBER_MS = 600_000;

/**
 * Several transports as one, the first one preferred: one that can't be opened gives way to the next at once, which is kept for
 * a while (`rememberMs`, default 600 000), since what blocks the first, a proxy mostly, stays for a while.
 */
export function firstOf(transports: readonly Transport[], rememberMs: number = REMEMBER_MS): Transport {
  let at = 0;
  let failures = 0;
  let worked = false;
  let until = 0;
  const turnTo = (index: number): void => {
    at = index;
    failures = 0;
    worked = false;
  };
  const now = (): Transport => {
    const transport = transports[at];
    if (transport === undefined) throw new RangeError("transports: at least one is needed");
    return transport;
  };
  const opened = (): void => {
    if (!worked) until = Date.now() + rememberMs;
    failures = 0;
    worked = true;
  };
  /** Answers whether another one is to be tried at once. */
  const failed = (): boolean => {
    failures += 1;
    if (worked && failures < PATIENCE) return false;
    turnTo((at + 1) % transports.length);
    return at > 0;
  };
  const open = (door: Door, listener: LinkListener): Link => {
    let heard = false;
    let over = false;
    let link = now().open(door, {
      received(frame) {
        if (!heard) opened();
        heard = true;
        listener.received(frame);
      },
      closed(end) {
        over = true;
        // A refusal that says why would be the same over any transport.
        if (!heard && end.status === undefined && failed()) link = open(door, listener);
        else listener.closed(end);
      },
    });
    return {
      send: (frame) => link.send(frame),
      close() {
        // Some proxies leave an upgrade without any answer, until whoever waits for it gives up.
        if (!heard && !over) failed();
        link.close();
      },
    };
  };
  return {
    get name() {
      return now().name;
    },
    open(door, listener) {
      if (at > 0 && worked && Date.now() >= until) turnTo(0);
      return open(door, listener);
    },
  };
}
