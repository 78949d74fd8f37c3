import { DatabaseSync, type SQLInputValue, type StatementSync } from "node:sqlite";
import type { Actor } from "../../src/domain/actor.ts";
import type { Change, Entry } from "../../src/domain/entry.ts";
import type { AgentName, RunId, ThreadId, Ticket } from "../../src/domain/ids.ts";
import { PRIORITIES } from "../../src/domain/priority.ts";
import { begin, evolve, type Thread } from "../../src/domain/thread.ts";
import { entryRow } from "../../src/store/entries.ts";
import { searchRow } from "../../src/store/search.ts";
import { threadColumns } from "../../src/store/threads.ts";
import { Dice } from "../random.ts";

/** How large a forum. */
export interface Size {
  readonly threads: number;
  readonly posts: number;
  readonly tickets: number;
  readonly runs: number;
}

const WORDS = 20_000;
const AGENTS = 40;
const PEOPLE = 12;

/** The word of a rank; that of rank 0 stands in most posts. */
export function word(rank: number): string {
  return `w${rank.toString(36)}x`;
}

/** Fills the tables of a new forum, row by row as the forum itself would make them, without a transaction each. */
export function seed(file: string, size: Size): void {
  const db = new DatabaseSync(file);
  db.exec("PRAGMA synchronous = OFF; BEGIN IMMEDIATE");
  new Seeding(db, size).run();
  db.exec("COMMIT");
  db.close();
}

class Seeding {
  readonly #db: DatabaseSync;
  readonly #size: Size;
  readonly #dice = new Dice(1);
  readonly #threads: Thread[] = [];
  readonly #entries: Inserting;
  readonly #search: StatementSync;
  #sequence = 0;
  #time = Date.UTC(2026, 0, 1);

  constructor(db: DatabaseSync, size: Size) {
    this.#db = db;
    this.#size = size;
    this.#entries = new Inserting(db, "forum_entries");
    this.#search = db.prepare("INSERT INTO forum_search (rowid, title, body, scope) VALUES (?, ?, ?, ?)");
  }

  run(): void {
    const { threads, posts } = this.#size;
    for (let post = 0; post < posts; post += 1) {
      if (this.#threads.length < threads && this.#dice.next() < threads / posts + 0.001) this.#open();
      else this.#add();
    }
    while (this.#threads.length < threads) this.#open();
    for (let number = 1; number <= threads; number += 1) if (this.#dice.next() < 0.7) this.#settle(number);
    const rows = new Inserting(this.#db, "forum_threads");
    for (const [at, thread] of this.#threads.entries()) rows.run({ number: at + 1, ...threadColumns(thread) });
    this.#count();
  }

  #open(): void {
    const dice = this.#dice;
    const number = this.#threads.length + 1;
    const run = dice.next() < 0.5 ? { runId: `run-${dice.below(this.#size.runs)}` as RunId } : {};
    const actor = this.#somebody();
    const agent = actor.type === "agent" ? { agentName: actor.name as AgentName } : {};
    const entry = this.#entry(actor, {
      type: "forum.thread.opened",
      threadId: `thread-${number}` as ThreadId,
      kind: "question",
      ticket: `T-${dice.skewed(this.#size.tickets)}` as Ticket,
      ...run,
      ...agent,
      title: this.#text(6),
      body: this.#text(30),
      priority: PRIORITIES[dice.skewed(4)] ?? "normal",
    });
    this.#threads.push(begin(entry));
    this.#write(number, entry);
  }

  #add(): void {
    if (this.#threads.length === 0) return this.#open();
    // The younger a thread, the more is said in it.
    const number = this.#threads.length - this.#dice.skewed(this.#threads.length);
    this.#step(number, this.#somebody(), { type: "forum.post.added", body: this.#text(20) });
  }

  #settle(number: number): void {
    const operator: Actor = { type: "operator", name: `operator-${this.#dice.below(PEOPLE)}` };
    const { state } = this.#thread(number);
    this.#step(number, operator, { type: "forum.assigned", to: operator });
    this.#step(number, operator, { type: "forum.state.changed", from: state, to: "answered" });
    if (this.#dice.next() < 0.7) this.#step(number, operator, { type: "forum.thread.closed", from: "answered" });
  }

  #step(number: number, actor: Actor, change: Change): void {
    const entry = this.#entry(actor, change);
    this.#threads[number - 1] = evolve(this.#thread(number), entry);
    this.#write(number, entry);
  }

  #thread(number: number): Thread {
    const thread = this.#threads[number - 1];
    if (thread === undefined) throw new RangeError(`there is no thread ${number}`);
    return thread;
  }

  #entry<Kind extends Change>(actor: Actor, change: Kind): Entry<Kind> {
    this.#sequence += 1;
    this.#time += this.#dice.below(2_000);
    const id = `entry-${this.#sequence}`;
    return { sequence: this.#sequence, id, time: this.#time, actor, correlationId: id, change };
  }

  #write(number: number, entry: Entry): void {
    this.#entries.run(entryRow(number, entry));
    const row = searchRow({ number, thread: this.#thread(number) }, entry);
    if (row !== undefined) this.#search.run(...row);
  }

  #somebody(): Actor {
    const agent = this.#dice.next() < 0.6;
    return agent
      ? { type: "agent", name: `agent-${this.#dice.below(AGENTS)}` }
      : { type: "operator", name: `operator-${this.#dice.below(PEOPLE)}` };
  }

  #text(words: number): string {
    return Array.from({ length: words }, () => word(this.#dice.skewed(WORDS))).join(" ");
  }

  #count(): void {
    this.#db.exec(`INSERT INTO forum_stats ${RECOUNT}`);
    this.#db.exec(`
      INSERT INTO forum_runs SELECT run, 'running', max(last_sequence), max(updated_at)
        FROM forum_threads WHERE run IS NOT NULL GROUP BY run;
      INSERT INTO forum_run_tickets SELECT DISTINCT run, ticket FROM forum_threads WHERE run IS NOT NULL;
      INSERT INTO forum_reads SELECT 'operator', 'operator-0', number, last_sequence, updated_at FROM forum_threads;
    `);
  }
}

/** What the statistics must be. */
export const RECOUNT = `
  SELECT ticket, coalesce(run, '') AS run, kind, state, priority, count(*) AS threads, sum(unanswered) AS unanswered,
    max(updated_at) AS updated_at
  FROM forum_threads GROUP BY 1, 2, 3, 4, 5`;

/** Inserts rows whose columns are their members. */
class Inserting {
  readonly #db: DatabaseSync;
  readonly #table: string;
  #statement: StatementSync | undefined;

  constructor(db: DatabaseSync, table: string) {
    this.#db = db;
    this.#table = table;
  }

  run(row: object): void {
    const columns = Object.keys(row);
    this.#statement ??= this.#db.prepare(
      `INSERT INTO ${this.#table} (${columns.join(", ")}) VALUES (${columns.map(() => "?").join(", ")})`,
    );
    this.#statement.run(...(Object.values(row) as SQLInputValue[]));
  }
}
