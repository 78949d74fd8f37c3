import type { Call } from "fanfare/app";
import type * as input from "../contract/inputs.ts";
import type { SeenMark, Written } from "../contract/views.ts";
import type { Actor } from "../domain/actor.ts";
import { answer, post, type Policy } from "../domain/conversing.ts";
import type { Draft } from "../domain/draft.ts";
import { assign, changeState, close, setPriority } from "../domain/leading.ts";
import { open, taken } from "../domain/opening.ts";
import { refuse, type Decision } from "../domain/refusal.ts";
import { threadId } from "../domain/text.ts";
import type { Thread } from "../domain/thread.ts";
import { threadTopic } from "../domain/topic.ts";
import type { ForumDatabase, ForumTransaction } from "../store/database.ts";
import { findThread, type StoredThread } from "../store/threads.ts";
import { actorOf } from "./caller.ts";
import { commit, commitOpening, type Clock, type Committed, type Trace } from "./commit.ts";
import { granted } from "./refused.ts";
import { keepSeen } from "./seeing.ts";
import { answerControl, commitSignal } from "./signals.ts";
import { toEntryView, toThreadView } from "./views.ts";

/** The part of the service that changes something. Each call is one transaction. */
export class ForumWrites {
  readonly #db: ForumDatabase;
  readonly #policy: Policy;
  readonly #clock: Clock;

  constructor(db: ForumDatabase, policy: Policy, clock: Clock) {
    this.#db = db;
    this.#policy = policy;
    this.#clock = clock;
  }

  openThread(thread: input.OpenThread, call: Call): Promise<Written> {
    return this.#write(call, async (tx, actor) => {
      const id = thread.threadId ?? this.#clock.uuid();
      const opening = granted(open(actor, { ...thread, threadId: id }, this.#policy.limits));
      call.require("publish", threadTopic(opening.change.ticket, opening.change.threadId));
      if ((await findThread(tx, opening.change.threadId)) !== undefined) granted(taken(opening.change.threadId));
      return commitOpening(tx, opening, thread, this.#clock);
    });
  }

  addPost(given: input.AddPost, call: Call): Promise<Written> {
    return this.#change(given, call, (thread, actor) => post(thread, actor, given.body, this.#policy));
  }

  answerThread(given: input.AnswerThread, call: Call): Promise<Written> {
    return this.#write(call, async (tx, actor) => {
      const stored = await this.#expect(tx, given, call);
      if (stored.thread.kind === "control") return answerControl(tx, stored, given, { ...this.#by, actor });
      const drafts = granted(answer(stored.thread, actor, given.body, this.#policy));
      return commit(tx, stored, drafts, given, this.#clock);
    });
  }

  assignThread(given: input.AssignThread, call: Call): Promise<Written> {
    return this.#change(given, call, (thread, actor) => assign(thread, actor, given, this.#policy));
  }

  changeState(given: input.ChangeState, call: Call): Promise<Written> {
    return this.#change(given, call, (thread, actor) => changeState(thread, actor, given.state, this.#policy));
  }

  setPriority(given: input.SetPriority, call: Call): Promise<Written> {
    return this.#change(given, call, (thread, actor) => setPriority(thread, actor, given.priority));
  }

  closeThread(given: input.CloseThread, call: Call): Promise<Written> {
    return this.#change(given, call, (thread, actor) => close(thread, actor, this.#policy));
  }

  signal(given: input.SignalInput, call: Call): Promise<Written> {
    return this.#write(call, (tx, actor) => commitSignal(tx, given, call, { ...this.#by, actor }));
  }

  markSeen(given: input.MarkSeen, call: Call): Promise<SeenMark> {
    return this.#db.transaction((tx) => tx.once(call, () => keepSeen(tx, given, call, this.#clock.now())));
  }

  get #by(): { readonly policy: Policy; readonly clock: Clock } {
    return { policy: this.#policy, clock: this.#clock };
  }

  #change(
    given: Target & Trace,
    call: Call,
    decide: (thread: Thread, actor: Actor) => Decision<readonly Draft[]>,
  ): Promise<Written> {
    return this.#write(call, async (tx, actor) => {
      const stored = await this.#expect(tx, given, call);
      return commit(tx, stored, granted(decide(stored.thread, actor)), given, this.#clock);
    });
  }

  #write(call: Call, work: (tx: ForumTransaction, actor: Actor) => Promise<Committed>): Promise<Written> {
    return this.#db.transaction((tx) =>
      tx.once(call, async () => {
        const { stored, entries } = await work(tx, actorOf(call));
        return { thread: toThreadView(stored.thread), entries: entries.map(toEntryView) };
      }),
    );
  }

  /** The thread, which must be the one that the caller has seen. */
  async #expect(tx: ForumTransaction, given: Target, call: Call): Promise<StoredThread> {
    const id = granted(threadId(given.threadId));
    const stored = await findThread(tx, id);
    if (stored === undefined) return granted(refuse("thread_not_found", `threadId: there is no ${id}`));
    const { ticket, lastSequence } = stored.thread;
    call.require("publish", threadTopic(ticket, id));
    if (given.expectedSequence !== undefined && given.expectedSequence !== lastSequence)
      granted(
        refuse("version_conflict", `expectedSequence: ${id} is at ${lastSequence}, not ${given.expectedSequence}`),
      );
    return stored;
  }
}

interface Target {
  readonly threadId: string;
  readonly expectedSequence?: number | undefined;
}
