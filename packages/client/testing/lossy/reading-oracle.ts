import type { FanfareEvent, Gap } from "@fanfare/protocol";
import type { Update } from "@fanfare/client";
import { toPlace, type Ledger } from "./ledger.ts";
import { wants, type Wish } from "./wish.ts";

/** A state as an application would build it of events: the positions that count. */
export type State = readonly number[];

/** Where a reader begins; `undefined` while nobody but the hub knows. */
export type Beginning = { readonly epoch: string | undefined; readonly position: number } | undefined;

/**
 * Holds what one application was told by one subscription, over all its runs, against what was committed: every wanted
 * event once and in order, unless a gap says otherwise. Knows nothing of chains, frames and connections.
 */
export class ReadingOracle {
  readonly #ledger: Ledger;
  readonly #fault: (message: string) => void;
  readonly #snapshots: boolean;
  /** All that the application ever wished for; one more with each change. */
  readonly #wishes: Wish[] = [];
  /** Which of the wishes may be the one that is served now: a change takes its time, and may be overtaken by another. */
  #served = new Set<number>();
  /** Nothing that was told depends on the wish yet. */
  #blank = true;
  #epoch: string | undefined;
  /** Everything wanted behind this is owed. */
  #from: number | undefined;
  /** Everything up to here was told. */
  #through = 0;
  #gaps: Gap[] = [];
  readonly #handled = new Set<number>();
  /** Told, whether dealt with or not. */
  readonly #underWay = new Set<number>();
  #mustReload = false;

  constructor(ledger: Ledger, { snapshots }: { readonly snapshots: boolean }, fault: (message: string) => void) {
    this.#ledger = ledger;
    this.#snapshots = snapshots;
    this.#fault = fault;
  }

  get wish(): Wish {
    const wish = this.#wishes.at(-1);
    if (wish === undefined) throw new Error("nothing was wished for yet");
    return wish;
  }

  wished(wish: Wish): void {
    this.#wishes.push(wish);
    if (this.#blank) this.#served.add(this.#wishes.length - 1);
  }

  /** The application starts (again), and is at this place, which was kept under any of its wishes or under none. */
  begins(at: Beginning, kept: boolean): void {
    this.#blank = !kept;
    this.#served = kept ? new Set(this.#wishes.keys()) : new Set([this.#wishes.length - 1]);
    this.#goOn(at?.epoch, at?.position);
    this.#mustReload = this.#snapshots;
  }

  told(update: Update<FanfareEvent, State>): void {
    switch (update.kind) {
      case "gap":
        this.#toldGap(update.gap);
        break;
      case "snapshot": {
        const { epoch, position } = toPlace(update.cursor);
        this.#goOn(epoch, position);
        this.#mustReload = false;
        this.#serveFrom(Math.min(...this.#served));
        this.#checkState(update.state);
        break;
      }
      case "events":
        this.#toldEvents(update.events, update.cursor);
    }
    this.#blank = false;
  }

  /** The application has done what it does with an update. */
  dealt(update: Update<FanfareEvent, State>): void {
    if (update.kind === "events") for (const { position } of update.events) this.#handled.add(position);
  }

  /** The client says that the application has dealt with everything up to here. */
  proven(cursor: string): void {
    const { epoch, position } = toPlace(cursor);
    this.#blank = false;
    if (this.#from === undefined) this.#goOn(epoch, position);
    this.#epoch ??= epoch;
    if (epoch !== this.#epoch) return this.#fault(`proves ${cursor}, but is in the log ${this.#epoch}`);
    this.#hold(`is said to be complete up to ${cursor}`, (event) =>
      event.position <= position && !this.#handled.has(event.position) ? "was not dealt with" : undefined,
    );
  }

  /** The end: everybody has had all the time there is. */
  rests(cursor: string | undefined): void {
    if (cursor === undefined) return this.#fault("proves nothing in the end");
    this.proven(cursor);
    if (this.#mustReload) this.#fault("is left with a state that is known to be wrong");
    if (!this.#served.has(this.#wishes.length - 1)) this.#fault("is served what it does not wish for any more");
    const { epoch, position } = this.#ledger.head;
    if (cursor !== `${epoch}:${position}`) this.#fault(`is at ${cursor} in the end, of ${epoch}:${position}`);
  }

  #toldGap(gap: Gap): void {
    if (this.#mustReload) this.#fault("is told a gap before its state is loaded again");
    this.#mustReload = this.#snapshots && (gap.reason !== "superseded" || gap.atLeast !== undefined);
    if (gap.reason === "reset") {
      // It stands for a change of the scope as well: of the new log nothing is missing.
      this.#serveFrom(Math.min(...this.#served));
      return this.#goOn(undefined, 0);
    }
    this.#gaps.push(gap);
    if (gap.reason !== "scope") return;
    this.#serveFrom(Math.min(...this.#served) + 1);
    if (this.#served.size === 0) this.#fault("is told of another scope without a change");
    this.#from = gap.to;
    this.#through = Math.max(this.#through, gap.to);
  }

  #toldEvents(events: readonly FanfareEvent[], cursor: string): void {
    const { epoch, position } = toPlace(cursor);
    if (this.#mustReload) this.#fault(`gets events up to ${cursor} on top of a state that is known to be wrong`);
    this.#epoch ??= epoch;
    if (epoch !== this.#epoch) this.#fault(`gets events of the log ${epoch} and is in ${this.#epoch}`);
    if (this.#from === undefined) this.#goOn(epoch, (events[0]?.position ?? 1) - 1);
    for (const event of events) {
      if (event.position <= this.#through) this.#fault(`gets ${event.position} after ${this.#through}`);
      this.#through = event.position;
      this.#underWay.add(event.position);
      this.#checkSame(event, epoch);
    }
    if (position < this.#through) this.#fault(`is told ${cursor} with an event behind it`);
    this.#through = Math.max(this.#through, position);
    this.#hold(`is told everything up to ${cursor}`, (event) => {
      const came = this.#underWay.has(event.position);
      return event.position <= position && !came ? "did not come" : undefined;
    });
    this.#checkWanted(events);
  }

  #checkState(state: State): void {
    const events = this.#ledger.events(this.#epoch ?? "");
    this.#narrow((wish) => {
      const right = events.filter((event) => event.position <= this.#through && wants(wish, event));
      const same = right.length === state.length && right.every(({ position }, index) => position === state[index]);
      return same ? undefined : `has a state that is not the one at ${this.#through}`;
    });
  }

  #checkSame(event: FanfareEvent, epoch: string): void {
    const committed = this.#ledger.events(epoch)[event.position - 1];
    if (committed?.id !== event.id || JSON.stringify(committed.data) !== JSON.stringify(event.data))
      this.#fault(`gets at ${event.position} what was not committed there`);
  }

  #checkWanted(events: readonly FanfareEvent[]): void {
    this.#narrow((wish) => {
      const foreign = events.find((event) => !wants(wish, event));
      return foreign === undefined ? undefined : `gets ${foreign.position}, for which it did not ask`;
    });
  }

  /** Whatever is owed must be there, under one of the wishes that may be served. */
  #hold(claim: string, complaint: (event: FanfareEvent) => string | undefined): void {
    const { epoch } = this.#ledger.head;
    const events = this.#ledger.events(this.#epoch ?? epoch);
    const from = this.#from ?? 0;
    this.#narrow((wish) => {
      for (const event of events) {
        if (event.position <= from || !wants(wish, event) || this.#isExcused(event, wish, events)) continue;
        const wrong = complaint(event);
        if (wrong !== undefined) return `${claim}, but ${event.position} ${wrong}`;
      }
      return undefined;
    });
  }

  #narrow(complain: (wish: Wish) => string | undefined): void {
    let complaint: string | undefined;
    const possible = [...this.#served].filter((index) => {
      const wish = this.#wishes[index];
      const wrong = wish === undefined ? "has no wish" : complain(wish);
      complaint ??= wrong;
      return wrong === undefined;
    });
    if (possible.length > 0) this.#served = new Set(possible);
    else if (complaint !== undefined) this.#fault(complaint);
  }

  #isExcused(event: FanfareEvent, { policy }: Wish, events: readonly FanfareEvent[]): boolean {
    return this.#gaps.some(({ reason, from = 0, to, atLeast }) => {
      if (event.position <= from || event.position > to) return false;
      if (reason === "trimmed") return this.#ledger.isRemoved(event) || policy.policy !== "complete";
      if (reason === "slow") return policy.policy === "latest";
      // What cannot be counted was removed.
      if (atLeast !== undefined && this.#ledger.isRemoved(event)) return true;
      const key = event.attributes["lane"];
      return events.some((other) => other.position > event.position && other.attributes["lane"] === key);
    });
  }

  /** Some later wish may be served by now. */
  #serveFrom(first: number): void {
    this.#served = new Set(this.#wishes.keys().filter((index) => index >= first));
  }

  #goOn(epoch: string | undefined, position: number | undefined): void {
    this.#epoch = epoch;
    this.#from = position;
    this.#through = position ?? 0;
    this.#gaps = [];
    this.#handled.clear();
    this.#underWay.clear();
  }
}
