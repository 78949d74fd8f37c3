import { expect, test } from "vitest";
import type { Door, Link, LinkListener, Transport } from "../core/link.ts";
import { firstOf } from "./first-of.ts";

const DOOR: Door = { url: "http://hub.test/", profile: undefined, token: undefined };
const LISTENER: LinkListener = { received: () => {}, closed: () => {} };

/** Opens links that say nothing by themselves, and counts them. */
function quiet(name: string): Transport & { readonly listeners: LinkListener[]; closed: number } {
  const listeners: LinkListener[] = [];
  const transport = {
    name,
    listeners,
    closed: 0,
    open(_door: Door, listener: LinkListener): Link {
      listeners.push(listener);
      return { send: () => {}, close: () => void (transport.closed += 1) };
    },
  };
  return transport;
}

test("a transport on which nothing was heard until it was given up gives way to the next one", () => {
  const [first, second] = [quiet("first"), quiet("second")];
  const both = firstOf([first, second]);
  both.open(DOOR, LISTENER).close();
  both.open(DOOR, LISTENER);
  expect([first.listeners.length, first.closed, second.listeners.length]).toEqual([1, 1, 1]);
});

test("one try is one failure, though its link is let go of after it has ended", () => {
  const [first, second] = [quiet("first"), quiet("second")];
  const both = firstOf([first, second]);
  const link = both.open(DOOR, LISTENER);
  first.listeners[0]?.closed({ code: 1006, reason: "blocked" });
  second.listeners[0]?.closed({ code: 1006, reason: "blocked" });
  link.close();
  both.open(DOOR, LISTENER);
  expect([first.listeners.length, second.listeners.length]).toEqual([2, 1]);
});

test("a transport that works stays, whenever it is let go of", () => {
  const [first, second] = [quiet("first"), quiet("second")];
  const both = firstOf([first, second]);
  for (let n = 0; n < 5; n += 1) {
    const link = both.open(DOOR, LISTENER);
    first.listeners[n]?.received({ jsonrpc: "2.0", id: 1, result: {} });
    link.close();
  }
  expect([first.listeners.length, second.listeners.length]).toEqual([5, 0]);
});
