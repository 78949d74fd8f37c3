import type { Proof, Update } from "./update.ts";

interface Letter<Event, State> {
  readonly update: Update<Event, State>;
  /** What is proven when the application is done with this and everything before. */
  proof?: Proof;
}

/**
 * What came and is not yet dealt with, between a connection that never waits and an application that may be slow. It is taken
 * one at a time, and taking the next says that the one before is dealt with.
 */
export interface Mailbox<Event, State> {
  /** Events that wait. */
  readonly size: number;
  /** Adds what came in one delivery; the proof holds once all of it is dealt with. */
  put(updates: readonly Update<Event, State>[], proof?: Proof): void;
  /** The next update, as soon as there is one; `undefined` when there will be none. Rejects when the mailbox was failed. */
  take(): Promise<Update<Event, State> | undefined>;
  /** Nothing more will come; what came before can still be taken. */
  close(failure: Error | undefined): void;
  /** Lets go of what waits and of what is being dealt with. */
  discard(): void;
}

export function createMailbox<Event, State>(onProven: (proof: Proof) => void): Mailbox<Event, State> {
  let letters: Letter<Event, State>[] = [];
  /** The one that the application is dealing with. */
  let taken: Letter<Event, State> | undefined;
  let closed = false;
  let failure: Error | undefined;
  let size = 0;
  const waiting: (() => void)[] = [];
  const rouse = (): void => {
    for (const resolve of waiting.splice(0)) resolve();
  };
  const take = async (): Promise<Update<Event, State> | undefined> => {
    const proof = taken?.proof;
    taken = undefined;
    if (proof !== undefined) onProven(proof);
    taken = letters.shift();
    if (taken === undefined && !closed) {
      await new Promise<void>((resolve) => void waiting.push(resolve));
      return take();
    }
    if (taken !== undefined) size -= eventsOf(taken.update);
    else if (failure !== undefined) throw failure;
    return taken?.update;
  };
  return {
    get size() {
      return size;
    },
    put(updates, proof) {
      if (closed) return;
      for (const update of updates) {
        letters.push({ update });
        size += eventsOf(update);
        // Not for a proof alone: who waits would wait again, one promise behind the other, with each heartbeat.
        rouse();
      }
      if (proof === undefined) return;
      const last = letters.at(-1) ?? taken;
      if (last === undefined) onProven(proof);
      else last.proof = proof;
    },
    take,
    close(error) {
      closed = true;
      failure ??= error;
      rouse();
    },
    discard() {
      letters = [];
      taken = undefined;
    },
  };
}

function eventsOf(update: Update<unknown, unknown>): number {
  return update.kind === "events" ? update.events.length : 0;
}
