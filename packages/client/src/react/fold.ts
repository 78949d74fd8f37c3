import type { Handler, Subscription, SubscriptionStatus, Update } from "../index.ts";
import { FIRST_VIEW_STATUS, type View } from "./view.ts";
import { lasting, selectionKey, selectionOf, type HookOptions, type Reached, type Wanted } from "./wanted.ts";

/** A client without its contracts, which types alone know: hooks say what they mean for their caller. */
interface Subscriber {
  subscribe(options: HookOptions, handler: Handler<never>): Subscription<never>;
}

/**
 * A component's state, made of a subscription's updates. It outlives the subscription: React may leave and come back (in
 * strict mode, in a hidden part of the page), and what was folded is not folded again.
 */
export class Fold<State> {
  readonly client: object;
  /** Equal for all renders that this fold serves. */
  readonly key: string;
  readonly first: View<State>;
  readonly #listeners = new Set<() => void>();
  #wanted: Wanted<State>;
  #view: View<State>;
  #subscription: Subscription<never> | undefined;
  /** What the subscription is about, as a key. */
  #selection = "";
  #reached: Reached | undefined;
  /** Counts subscriptions, so that nothing of a former one is heard. */
  #turn = 0;
  #telling = false;

  constructor(client: object, key: string, initial: State, wanted: Wanted<State>) {
    this.client = client;
    this.key = key;
    this.first = { state: initial, status: FIRST_VIEW_STATUS };
    this.#view = this.first;
    this.#wanted = wanted;
  }

  readonly view = (): View<State> => this.#view;

  readonly firstView = (): View<State> => this.first;

  readonly watch = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  };

  /** Takes what the last render wants; it counts from the next update on. */
  wants(wanted: Wanted<State>): void {
    this.#wanted = wanted;
  }

  /** Subscribes, and goes on where it was. The answered function leaves again. */
  open(): () => void {
    this.#begin();
    return () => this.#leave();
  }

  /** Lets the subscription follow what is chosen now; what the choice adds to what came before is told as a gap. */
  select(): void {
    const { options } = this.#wanted;
    if (this.#subscription === undefined || selectionKey(options) === this.#selection) return;
    if (!("snapshot" in options) && this.#view.status.state !== "ended") {
      this.#selection = selectionKey(options);
      return this.#subscription.change(selectionOf(options));
    }
    // Another choice has another snapshot, also when the one before is being loaded.
    this.#leave();
    this.#begin();
  }

  #begin(): void {
    const turn = (this.#turn += 1);
    const isMine = (): boolean => turn === this.#turn;
    this.#selection = selectionKey(this.#wanted.options);
    const options = lasting(() => this.#wanted.options, this.#reached);
    const subscription = (this.client as Subscriber).subscribe(options, (update) =>
      isMine() ? this.#take(update) : undefined,
    );
    this.#subscription = subscription;
    const { status, done } = subscription;
    this.#look(status.value);
    status.watch((now) => {
      if (isMine()) this.#look(now);
    });
    void done.then((error) => {
      if (isMine()) this.#show({ status: { ...this.#view.status, error } });
    });
  }

  #leave(): void {
    this.#turn += 1;
    this.#subscription?.close();
    this.#subscription = undefined;
  }

  #take(update: Update<never>): void | Promise<void> {
    const { step } = this.#wanted;
    if (step.kind === "handle") return step.handle(update);
    this.#show({ state: step.reduce(this.#view.state, update) });
    // React may leave before the subscription itself counts this update as dealt with.
    if (update.kind !== "gap") this.#reached = { cursor: update.cursor, scope: this.#reached?.scope };
  }

  #look(status: SubscriptionStatus): void {
    const { completeUpTo } = status;
    if (completeUpTo !== undefined && completeUpTo !== this.#view.status.completeUpTo) this.#reached = completeUpTo;
    this.#show({ status: { ...status, error: undefined } });
  }

  /** Tells React once of all that comes in one turn of the machine: while catching up that is many updates. */
  #show(change: Partial<View<State>>): void {
    this.#view = { ...this.#view, ...change };
    if (this.#telling) return;
    this.#telling = true;
    setTimeout(() => {
      this.#telling = false;
      for (const listener of [...this.#listeners]) listener();
    });
  }
}
