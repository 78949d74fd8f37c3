import type { Incoming, Request } from "./rpc.ts";

/** What a lane needs of its connection, whose messages are text in whatever form. */
export interface LaneHost<Message> {
  /** Requests under way at once. */
  readonly pendingRequests: number;
  /** False while so many answers wait for the client that no further one should be made. */
  readonly roomForAnswers: boolean;
  parse(message: Message): Incoming;
  refuse(incoming: Exclude<Incoming, Request>): void;
  /** Never rejects. */
  run(request: Request): Promise<void>;
  /** Stops or goes on reading from the client. */
  reading(on: boolean): void;
}

/** Requests of one connection under way at once, where nothing else is said. */
export const PENDING_REQUESTS = 64;

/** Bytes of answers that wait for a client beyond this stop its next request; deliveries have stopped long before. */
export const ANSWER_BACKLOG: number = 256 * 1024;

/** Messages handled in one turn of the event loop, so that a flood from one client delays nobody else for long. */
const TURN = 64;
const NONE: readonly never[] = [];

/** Runs something when the work that is at hand is done. */
export type Defer = <Value>(task: (value: Value) => void, value: Value) => void;

const nextTurn: Defer = (task, value) => void setImmediate(task, value);

/**
 * Starts a connection's requests in the order they came, several at once. A request waits for an earlier one about the
 * same subscription; `renew` waits for all and all wait for it, since it changes what the others may do. Whoever sends
 * faster than this is not read from until there is room: what waits here is at most what one read brought.
 */
export class RequestLane<Message> {
  readonly #host: LaneHost<Message>;
  readonly #defer: Defer;
  #waiting: readonly never[] | Message[] = NONE;
  #next = 0;
  /** The parsed first of the waiting ones, when it could not start yet. */
  #held: Request | undefined;
  #running = 0;
  /** Subscriptions that running requests are about. */
  readonly #busy = new Set<string>();
  #renewing = false;
  #scheduled = false;
  #closed = false;

  /** @param defer how requests go on that waited: by default in another turn of the event loop, so that others get theirs. */
  constructor(host: LaneHost<Message>, defer: Defer = nextTurn) {
    this.#host = host;
    this.#defer = defer;
  }

  push(message: Message): void {
    if (this.#closed) return;
    if (this.#waiting === NONE) this.#waiting = [message];
    else (this.#waiting as Message[]).push(message);
    if (this.#scheduled) return;
    this.#scheduled = true;
    // After the whole read was taken apart, so that its requests are seen together.
    process.nextTick(pumpLane, this);
  }

  /** Something that requests waited for has changed. */
  wake(): void {
    if (this.#scheduled || this.#closed || this.#waiting === NONE) return;
    this.#scheduled = true;
    this.#defer(pumpLane, this);
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

function pumpLane(lane: Pick<RequestLane<never>, "pump">): void {
  lane.pump();
}

function subjectOf(request: Request): string | undefined {
  return "subscription" in request.params ? request.params.subscription : undefined;
}
