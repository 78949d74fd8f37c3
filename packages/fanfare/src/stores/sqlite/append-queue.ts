import { isFanfareError, toPosition, type EventDraft, type EventRecord, type FanfareError } from "@fanfare/protocol";
import type { Appended } from "../../core/ports/log.ts";
import type { AppendRequest, BatchAnswer } from "./append-engine.ts";
import { EventPacker, toRecord } from "./event-rows.ts";
import { fromFailure } from "./trouble.ts";
import type { Settle } from "./worker-link.ts";

interface Waiting extends Settle<readonly Appended[]> {
  readonly batch: readonly EventDraft[];
}

export interface AppendQueueOptions {
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Hands one message to the writer. */
  readonly send: (request: AppendRequest, settle: Settle<readonly BatchAnswer[]>) => void;
  /** Told the events that a message newly stored, in the order of positions, before its appends resolve. */
  readonly stored: (batches: readonly StoredBatch[]) => void;
}

export interface StoredBatch {
  readonly batch: readonly EventDraft[];
  readonly answers: readonly Appended[];
}

/** Messages on their way to the writer at once: one that it works on, and one that it finds when it is done. */
const MESSAGES = 2;
/** Events of one message, about: bounds what one transaction holds. */
const MESSAGE_EVENTS = 5_000;
const MESSAGE_CHARACTERS = 4 * 1024 * 1024;

/**
 * Collects appends into few messages. All appends of a tick go together; while the writer is busy, later ones wait
 * here, where waiting is free, and form the next message.
 */
export class AppendQueue {
  readonly #options: AppendQueueOptions;
  #waiting: Waiting[] = [];
  #underway = 0;
  #scheduled = false;

  constructor(options: AppendQueueOptions) {
    this.#options = options;
  }

  append(batch: readonly EventDraft[]): Promise<readonly Appended[]> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ batch, resolve, reject });
      if (this.#scheduled || this.#underway >= MESSAGES) return;
      this.#scheduled = true;
      queueMicrotask(() => {
        this.#scheduled = false;
        this.#flush();
      });
    });
  }

  /** Rejects what was not handed to the writer. */
  fail(error: FanfareError): void {
    for (const { reject } of this.#waiting.splice(0)) reject(error);
  }

  #flush(): void {
    while (this.#waiting.length > 0 && this.#underway < MESSAGES) this.#send();
  }

  #send(): void {
    const counts: number[] = [];
    const packer = new EventPacker();
    let [events, characters] = [0, 0];
    for (const { batch } of this.#waiting) {
      if (counts.length > 0 && (events >= MESSAGE_EVENTS || characters >= MESSAGE_CHARACTERS)) break;
      for (const draft of batch) {
        packer.pushDraft(draft);
        characters += draft.data.length;
      }
      counts.push(batch.length);
      events += batch.length;
    }
    const sent = this.#waiting.splice(0, counts.length);
    this.#underway += 1;
    this.#options.send({ at: this.#options.now(), counts, packed: packer.packed }, this.#settle(sent));
  }

  #settle(sent: readonly Waiting[]): Settle<readonly BatchAnswer[]> {
    const next = (): void => {
      this.#underway -= 1;
      this.#flush();
    };
    return {
      resolve: (answers) => {
        // The writer is idle until it has the next message: that goes first.
        next();
        this.#answer(sent, answers);
      },
      reject: (error) => {
        next();
        for (const { reject } of sent) reject(error);
      },
    };
  }

  #answer(sent: readonly Waiting[], answers: readonly BatchAnswer[]): void {
    const results = sent.map(({ batch }, index) => toAppended(batch, answers[index] ?? []));
    const stored: StoredBatch[] = [];
    for (const [index, { batch }] of sent.entries()) {
      const result = results[index];
      if (result !== undefined && !isFanfareError(result)) stored.push({ batch, answers: result });
    }
    this.#options.stored(stored);
    for (const [index, { resolve, reject }] of sent.entries()) {
      const result = results[index] ?? [];
      if (isFanfareError(result)) reject(result);
      else resolve(result);
    }
  }
}

/** The events that were newly stored, in the order of positions. */
export function storedRecords(batches: readonly StoredBatch[]): readonly EventRecord[] {
  const records: EventRecord[] = [];
  for (const { batch, answers } of batches) {
    for (const [index, { position, duplicate }] of answers.entries()) {
      const draft = batch[index];
      if (draft !== undefined && !duplicate) records.push(toRecord(draft, position));
    }
  }
  return records;
}

function toAppended(batch: readonly EventDraft[], answer: BatchAnswer): readonly Appended[] | FanfareError {
  if (typeof answer === "number") {
    return batch.map(({ time }, offset) => ({ position: toPosition(answer + offset), time, duplicate: false }));
  }
  return "code" in answer ? fromFailure(answer) : answer;
}
