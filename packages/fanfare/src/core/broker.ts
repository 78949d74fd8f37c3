import {
  formatCursor,
  START,
  toEpoch,
  toPosition,
  type Cursor,
  type Epoch,
  type EventRecord,
  type FanfareError,
  type Position,
  type ProblemCode,
} from "@fanfare/protocol";
import type { Audience, Cohort } from "./audience.ts";
import { Audiences } from "./audiences.ts";
import { toBatch, type Batch } from "./batch.ts";
import { CatchUp } from "./catch-up.ts";
import { toEntry } from "./entry.ts";
import { Heartbeat } from "./heartbeat.ts";
import type { IntervalLimits } from "./interval.ts";
import type { Outlet } from "./outlet.ts";
import { Outlets } from "./outlets.ts";
import type { Connection } from "./ports/connection.ts";
import type { Runtime } from "./ports/runtime.ts";
import type { Reader } from "./reader.ts";
import type { Selection } from "./selection.ts";
import { Subscription, type SubscriptionStart } from "./subscription.ts";
import type { Tail } from "./tail.ts";
import type { Totals } from "./totals.ts";

export interface BrokerOptions {
  readonly tail: Tail;
  readonly reader: Reader;
  readonly runtime: Runtime;
  readonly totals: Totals;
  /** What one connection is written in one tick. */
  readonly flush: IntervalLimits;
  readonly heartbeatMs: number;
  /** A connection that takes nothing for so long is given to `onStalled`. */
  readonly stallTimeoutMs: number;
  readonly onStalled: (outlet: Outlet) => void;
  /** Learns of trouble that is tried again. */
  readonly onError: (error: FanfareError) => void;
}

/**
 * Who gets what, when. Knows no sockets, no clock and no rules of access: it is told of committed events, finds the
 * audiences that want them, and writes to each ready connection once a tick.
 */
export class Broker {
  readonly audiences: Audiences = new Audiences();
  readonly outlets: Outlets = new Outlets();
  readonly #options: BrokerOptions;
  readonly #catchUp: CatchUp;
  readonly #heartbeat: Heartbeat;
  /** Stands for the log's epoch until {@link Broker.open}; no cursor is made before that. */
  #epoch: Epoch = toEpoch("0");
  #scheduled = false;
  #closed = false;

  constructor(options: BrokerOptions) {
    const { tail, reader, runtime, totals, flush, heartbeatMs, stallTimeoutMs, onStalled, onError } = options;
    const { outlets } = this;
    const cursor = (position: Position): Cursor => this.cursor(position);
    this.#options = options;
    this.#catchUp = new CatchUp({
      reader,
      tail,
      runtime,
      outlets,
      totals,
      flush,
      cursor,
      wake: () => this.#wake(),
      onError,
    });
    this.#heartbeat = new Heartbeat({
      outlets,
      tail,
      runtime,
      heartbeatMs,
      stallTimeoutMs,
      cursor,
      onStalled,
      tick: (tell) => this.#tick(tell),
    });
  }

  /** The last position that subscribers are told of. */
  get head(): Position {
    return this.#options.tail.head;
  }

  cursor(position: Position): Cursor {
    return formatCursor(this.#epoch, position);
  }

  /** Begins after this position of a log that was opened. */
  open(epoch: Epoch, head: Position): void {
    this.#epoch = epoch;
    this.#options.tail.skip(head);
  }

  get epoch(): Epoch {
    return this.#epoch;
  }

  /** Takes committed events in position order; subscribers are told at the end of the tick. */
  dispatch(records: readonly EventRecord[]): void {
    let wanted = false;
    for (const record of records) {
      if (record.position > this.head + 1) this.#skip(toPosition(record.position - 1));
      const entry = toEntry(record);
      this.#options.tail.push(entry);
      wanted = this.audiences.offer(entry) || wanted;
    }
    if (wanted) this.#wake();
  }

  attach(connection: Connection): Outlet {
    return this.outlets.add(connection);
  }

  detach(outlet: Outlet): void {
    for (const subscription of outlet.subscriptions.values()) this.remove(subscription);
    this.outlets.remove(outlet);
    this.#catchUp.forget(outlet);
  }

  /** The connection takes more again. */
  ready(outlet: Outlet): void {
    outlet.stalledSince = undefined;
    this.outlets.stalled.delete(outlet);
    this.#catchUp.resume(outlet);
  }

  /** Adds a subscription, which gets nothing before {@link Broker.start}. */
  add(start: Omit<SubscriptionStart, "audience" | "head">, selection: Selection): Subscription {
    const audience = this.audiences.of(selection);
    const subscription = new Subscription({ ...start, audience, head: this.head });
    audience.subscriptions.add(subscription);
    subscription.outlet.subscriptions.set(subscription.id, subscription);
    return subscription;
  }

  start(subscription: Subscription): void {
    if (subscription.state === "opening") this.#catchUp.add(subscription);
  }

  /** Ends a subscription in silence: the client asked, or is gone. */
  remove(subscription: Subscription): void {
    subscription.state = "ended";
    subscription.outlet.lagging?.delete(subscription);
    subscription.outlet.subscriptions.delete(subscription.id);
    this.#leave(subscription);
  }

  /** Ends a subscription and tells the client why. */
  end(subscription: Subscription, code: ProblemCode): void {
    this.remove(subscription);
    const { outlet, id, sent } = subscription;
    this.tell(outlet, outlet.connection.wire.ended(id, code, this.cursor(sent)));
  }

  /**
   * Goes on under another selection. What was dispatched but not yet sent is chosen anew from its position; what the
   * new selection would have sent before that is told as a gap.
   */
  reselect(subscription: Subscription, selection: Selection): void {
    this.#leave(subscription);
    subscription.audience = this.audiences.of(selection);
    subscription.audience.subscriptions.add(subscription);
    // A reset that is still to be told says more: reading begins anew, under the new selection.
    if (subscription.gap?.reason !== "reset")
      subscription.gap = { reason: "scope", from: START, to: subscription.seen };
    if (subscription.state === "live") this.#catchUp.add(subscription);
  }

  /** Has the connection get a chunk that is no delivery, in its turn; also while it takes nothing else. */
  tell(outlet: Outlet, chunk: unknown): void {
    this.outlets.push(outlet, chunk, 0, 0);
    this.#wake();
  }

  /** Calls back once, when an event from now on matches. The answer gives up. */
  watch(selection: Selection, callback: () => void): () => void {
    const audience = this.audiences.of(selection);
    audience.watchers.add(callback);
    return () => {
      audience.watchers.delete(callback);
      this.audiences.release(audience);
    };
  }

  close(): void {
    this.#closed = true;
    this.#heartbeat.stop();
  }

  #wake(): void {
    if (this.#scheduled || this.#closed) return;
    this.#scheduled = true;
    this.#options.runtime.soon(() => {
      this.#scheduled = false;
      if (!this.#closed) this.#tick();
    });
  }

  /** What is live first, then those who catch up, then what else there is to tell; then one write a connection. */
  #tick(tell: () => void = () => undefined): void {
    this.#options.reader.refresh();
    for (const audience of this.audiences.takeDirty()) this.#flush(audience);
    this.#catchUp.step();
    tell();
    this.outlets.flush(this.#options.runtime.now());
    if (this.#catchUp.waiting) this.#wake();
  }

  /** Retention took events before they were told here: whoever is live reads on from the log, which says so. */
  #skip(through: Position): void {
    this.#tick();
    const { head } = this;
    this.#options.tail.skip(through);
    for (const audience of this.audiences) {
      audience.visitCohorts(({ members }) => {
        members.visit((member) => {
          member.seen = toPosition(Math.max(member.seen, head));
          this.#catchUp.add(member);
        });
      });
    }
  }

  #flush(audience: Audience): void {
    const batch = toBatch(audience.takePending(), this.head, this.#options.flush);
    if (batch === undefined) return;
    audience.visitCohorts((cohort) => this.#flushCohort(cohort, batch));
    const watchers = [...audience.watchers];
    audience.watchers.clear();
    for (const watcher of watchers) watcher();
    this.audiences.release(audience);
  }

  #flushCohort(cohort: Cohort, batch: Batch): void {
    const { flush } = this.#options;
    const chunks = new Map<Position, unknown>();
    cohort.members.visit((member) => {
      if (member.outlet.ready && member.outlet.hasRoom(batch.entries.length, batch.bytes, flush)) {
        this.#send(cohort, member, batch, chunks);
      } else {
        member.seen = toPosition(Math.max(member.seen, batch.before));
        this.#catchUp.add(member);
      }
    });
  }

  /**
   * Nobody goes live between a dispatch and its flush, so that the whole batch lies after what each member has seen.
   *
   * @param chunks what the batch looks like after a last cursor, for all members that share that.
   */
  #send(cohort: Cohort, member: Subscription, batch: Batch, chunks: Map<Position, unknown>): void {
    const { entries, bytes, through } = batch;
    let chunk = chunks.get(member.sent);
    if (chunk === undefined) chunks.set(member.sent, (chunk = this.#encode(cohort, member.sent, batch)));
    this.outlets.push(member.outlet, chunk, entries.length, bytes);
    this.#options.totals.delivered += entries.length;
    member.sent = through;
    member.seen = through;
    if (!batch.whole) this.#catchUp.add(member);
  }

  #encode(cohort: Cohort, sent: Position, { entries, through }: Batch): unknown {
    return cohort.wire.deliver({
      subscription: cohort.id,
      prev: this.cursor(sent),
      gap: undefined,
      entries,
      cursor: this.cursor(through),
    });
  }

  #leave(subscription: Subscription): void {
    const { audience } = subscription;
    audience.leave(subscription);
    audience.subscriptions.delete(subscription);
    this.audiences.release(audience);
  }
}
