import { CLOSE_CODES, type RequestFrame } from "@fanfare/protocol";
import type { Door, Link, LinkEnd, LinkListener, Transport } from "../core/link.ts";
import { groupOf } from "./group.ts";
import { lead } from "./lead.ts";
import type { FromTab, Knock, Leads, ToTab } from "./message.ts";

/** What is needed of a `SharedWorker`, whose own type not every application knows. */
export interface StartedWorker {
  onerror: ((event: never) => unknown) | null;
}

/** All that a link needs to know of how it is shared. */
export interface Terms {
  readonly name: string;
  /** Starts a worker that leads the group; without it a tab does. */
  readonly worker: ((group: string) => StartedWorker) | undefined;
  readonly waitingFrames: number;
  readonly patienceMs: number;
  /** What whoever leads connects by, and what a tab connects by that has to do it alone. */
  readonly transport: Transport;
}

/** The table of section 13.6 lets a client come back at once after this code, with its cursors: the next one leads already. */
const GONE: LinkEnd = { code: CLOSE_CODES.stalled, reason: "what held the shared connection is gone" };

/** A tab's way to whoever leads its group. */
export class SharedLink implements Link {
  readonly #door: Door;
  readonly #listener: LinkListener;
  readonly #terms: Terms;
  readonly #over = new AbortController();
  #group = "";
  #channel: BroadcastChannel | undefined;
  /** Who serves it. */
  #leader: string | undefined;
  #inLine = false;
  #read = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #own: Link | undefined;

  constructor(door: Door, listener: LinkListener, terms: Terms) {
    this.#door = door;
    this.#listener = listener;
    this.#terms = terms;
    // Browsers forbid some pages all this: those in a sandbox, for instance.
    this.#open().catch(() => this.#alone());
  }

  send(frame: RequestFrame): void {
    if (this.#own !== undefined) this.#own.send(frame);
    else if (!this.#over.signal.aborted) this.#say(JSON.stringify(frame));
  }

  close(): void {
    this.#over.abort();
    this.#own?.close();
  }

  async #open(): Promise<void> {
    const { signal } = this.#over;
    const { name, waitingFrames: waiting, worker } = this.#terms;
    const group = await groupOf(name, this.#door);
    const id = crypto.randomUUID();
    await this.#hold(group + id);
    if (signal.aborted) return;
    this.#group = group;
    const hall = new BroadcastChannel(group);
    const channel = new BroadcastChannel(group + id);
    this.#channel = channel;
    signal.addEventListener("abort", () => {
      clearTimeout(this.#timer);
      hall.close();
      channel.close();
    });
    channel.onmessage = ({ data }: MessageEvent<ToTab>) => this.#heard(data);
    const knock = (): void => hall.postMessage({ id, door: this.#door, waiting } satisfies Knock);
    hall.onmessage = ({ data }: MessageEvent<Knock | Leads>) => {
      if (!("leader" in data)) return;
      if (this.#leader === undefined) knock();
      else if (this.#leader !== data.leader) this.#end(GONE);
    };
    knock();
    this.#wait();
    if (worker === undefined) this.#queue();
    else this.#start(worker);
  }

  /** Holds a lock of its own until the end, by which whoever leads notices it. Rejects where there are no locks. */
  #hold(name: string): Promise<void> {
    const { signal } = this.#over;
    return new Promise((resolve, reject) => {
      const held = (): Promise<void> => {
        resolve();
        return ended(signal);
      };
      navigator.locks.request(name, held).catch(reject);
    });
  }

  #start(worker: (group: string) => StartedWorker): void {
    try {
      worker(this.#group).onerror = () => this.#queue();
    } catch {
      this.#queue();
    }
  }

  /** Stands in line for the lead, once: whose turn comes while it is served, has lost whoever served it. */
  #queue(): void {
    if (this.#inLine) return;
    this.#inLine = true;
    const { signal } = this.#over;
    const turn = (): Promise<void> | undefined => {
      if (this.#leader === undefined) return ended(signal).then(lead(this.#group, this.#terms.transport));
      this.#end(GONE);
      return undefined;
    };
    // Rejects when this link ends before its turn.
    navigator.locks.request(this.#group, { signal }, turn).catch(() => undefined);
  }

  /** Nobody should wait for a tab that leads and hangs in a dialogue. */
  #wait(): void {
    this.#timer = setTimeout(() => {
      if (this.#inLine) return this.#alone();
      this.#queue();
      this.#wait();
    }, this.#terms.patienceMs);
  }

  #alone(): void {
    if (this.#over.signal.aborted) return;
    this.#over.abort();
    this.#own = this.#terms.transport.open(this.#door, this.#listener);
  }

  #heard(message: ToTab): void {
    if ("leader" in message) {
      clearTimeout(this.#timer);
      this.#leader = message.leader;
      this.#queue();
    } else if ("end" in message) this.#end(message.end);
    else {
      this.#read += 1;
      if (this.#read * 4 >= this.#terms.waitingFrames) {
        this.#say(this.#read);
        this.#read = 0;
      }
      this.#listener.received(message);
    }
  }

  #say(message: FromTab): void {
    this.#channel?.postMessage(message);
  }

  #end(end: LinkEnd): void {
    if (this.#over.signal.aborted) return;
    this.#over.abort();
    this.#listener.closed(end);
  }
}

function ended(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve());
  });
}
