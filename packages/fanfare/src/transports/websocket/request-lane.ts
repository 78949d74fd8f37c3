import type { Incoming, Request } from "./rpc.ts";

/** What a lane needs of its connection. */
export interface LaneHost {
  /** Requests under way at once. */
  readonly pendingRequests: number;
  /** False while so many answers wait for the client that no further one should be made. */
  readonly roomForAnswers: boolean;
  parse(message: Buffer): Incoming;
  refuse(incoming: Exclude<Incoming, Request>): void;
  /** Never rejects. */
  run(request: Request): Promise<void>;
  /** Stops or goes on reading from the client. */
  reading(on: boolean): void;
}

/** Messages handled in one turn of the event loop, so that a flood from one client delays nobody else for long. */
const TURN = 64;
const NONE: readonly Buffer[] = [];

/**
 * Starts a connection's requests in the order they came, several at once. A request waits for an earlier one about the
 * same subscription; `renew` waits for all and all wait for it, since it changes what the others may do. Whoever sends
 * faster than this is not read from until there is room: what waits here is at most what one read brought.
 */
export class RequestLane {
  readonly #host: LaneHost;
  #waiting: readonly Buffer[] | Buffer[] = NONE;
  #next = 0;
  /** The parsed first of the waiting ones, when it could not start yet. */
  #held: Request | undefined;
  #running = 0;
  /** Subscriptions that running requests are about. */
  readonly #busy = new Set<string>();
  #renewing = false;
  #scheduled = false;
  #closed = false;

  constructor(host: LaneHost) {
    this.#host = host;
  }

  push(message: Buffer): void {
    if (this.#closed) return;
    if (this.#waiting === NONE) this.#waiting = [message];
    else (this.#waiting as Buffer[]).push(message);
    if (this.#scheduled) return;
    this.#scheduled = true;
    // After the whole read was taken apart, so that its requests are seen together.
    process.nextTick(pumpLane, this);
  }

  /** Something that requests waited for has changed. */
  wake(): void {
    if (this.#scheduled || this.#closed || this.#waiting === NONE) return;
    this.#scheduled = true;
    setImmediate(pumpLane, this);
  }

  close(): void {
    this.#closed = true;
    this.#clear();
  }

  pump(): void {
    this.#scheduled = false;
    let handled = 0;
    while (!this.#closed && handled < TURN && this.#startNext()) handled += 1;
    if (this.#closed) return;
    const empty = this.#next === this.#waiting.length;
    if (empty) this.#clear();
    else if (handled === TURN) this.wake();
    this.#host.reading(empty);
  }

  /** True when the first waiting message is dealt with. */
  #startNext(): boolean {
    const message = this.#waiting[this.#next];
    if (message === undefined || !this.#host.roomForAnswers) return false;
    const incoming = this.#held ?? this.#host.parse(message);
    if (incoming.kind === "request") {
      if (!this.#mayStart(incoming)) {
        this.#held = incoming;
        return false;
      }
      void this.#start(incoming);
    } else this.#host.refuse(incoming);
    this.#held = undefined;
    this.#next += 1;
    return true;
  }

  #mayStart(request: Request): boolean {
    if (this.#renewing || this.#running >= this.#host.pendingRequests) return false;
    if (request.method === "renew") return this.#running === 0;
    const subject = subjectOf(request);
    return subject === undefined || !this.#busy.has(subject);
  }

  async #start(request: Request): Promise<void> {
    const subject = subjectOf(request);
    this.#running += 1;
    if (subject !== undefined) this.#busy.add(subject);
    if (request.method === "renew") this.#renewing = true;
    await this.#host.run(request);
    this.#running -= 1;
    if (subject !== undefined) this.#busy.delete(subject);
    if (request.method === "renew") this.#renewing = false;
    this.wake();
  }

  #clear(): void {
    this.#waiting = NONE;
    this.#next = 0;
    this.#held = undefined;
  }
}

function pumpLane(lane: RequestLane): void {
  lane.pump();
}

function subjectOf(request: Request): string | undefined {
  return "subscription" in request.params ? request.params.subscription : undefined;
}
