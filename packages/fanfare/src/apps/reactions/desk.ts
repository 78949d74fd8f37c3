import { existsSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { FanfareError } from "@fanfare/protocol";

/** A letter as a person sees it. */
export interface LetterEntry {
  readonly number: number;
  readonly reaction: string;
  readonly state: "dead" | "due";
  readonly position: number;
  readonly topic: string;
  readonly type: string;
  readonly attempts: number;
  readonly error: string;
  /** Milliseconds since 1970. */
  readonly diedAt: number;
}

export interface ReactionEntry {
  readonly name: string;
  readonly cursor: string;
  readonly handled: number;
  readonly gaps: number;
  readonly died: number;
  readonly attempts: number;
  readonly error: string | null;
}

/** Which letters: these numbers, or all dead ones. */
export type ChosenLetters = readonly number[] | "dead";

const BUSY_MS = 5_000;

/** What a person may do with the reactions of an app, on its file; an app that runs finds it out by itself. */
export class ReactionsDesk implements Disposable {
  readonly #db: DatabaseSync;

  /** Throws `unavailable` for a file that is not there or is not an app's. */
  constructor(path: string) {
    if (!existsSync(path)) throw new FanfareError("unavailable", `reactions: there is no file ${path}`);
    this.#db = open(path);
  }

  reactions(): readonly ReactionEntry[] {
    const sql = "SELECT name, cursor, handled, gaps, died, attempts, error FROM fanfare_reactions ORDER BY name";
    return this.#db.prepare(sql).all() as unknown as readonly ReactionEntry[];
  }

  /** By their numbers. */
  letters(limit: number): readonly LetterEntry[] {
    const sql = `SELECT number, reaction, state, position, topic, type, attempts, error, died_at AS diedAt
      FROM fanfare_letters ORDER BY number LIMIT ?`;
    return this.#db.prepare(sql).all(limit) as unknown as readonly LetterEntry[];
  }

  /** Has dead letters handled again by the app that runs, or runs next; answers their numbers. */
  retry(chosen: ChosenLetters): readonly number[] {
    return this.#change("UPDATE fanfare_letters SET state = 'due'", chosen);
  }

  /** Deletes dead letters: their events are never handled. Answers their numbers. */
  discard(chosen: ChosenLetters): readonly number[] {
    return this.#change("DELETE FROM fanfare_letters", chosen);
  }

  [Symbol.dispose](): void {
    this.#db.close();
  }

  #change(sql: string, chosen: ChosenLetters): readonly number[] {
    const which = chosen === "dead" ? "" : " AND number IN (SELECT value FROM json_each(?))";
    const statement = this.#db.prepare(`${sql} WHERE state = 'dead'${which} RETURNING number`);
    const rows = chosen === "dead" ? statement.all() : statement.all(JSON.stringify(chosen));
    return rows.map(({ number }) => Number(number)).toSorted((a, b) => a - b);
  }
}

function open(path: string): DatabaseSync {
  const db = new DatabaseSync(path, { timeout: BUSY_MS });
  try {
    db.prepare("SELECT 1 FROM fanfare_letters").get();
    return db;
  } catch (cause) {
    db.close();
    throw new FanfareError("unavailable", `reactions: ${path} is no database of an app`, { cause });
  }
}
