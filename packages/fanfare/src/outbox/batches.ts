import type { LeasedRow } from "./row.ts";

/** Rows of one topic that are published together. */
export interface Batch {
  readonly topic: string;
  readonly rows: readonly LeasedRow[];
}

interface Growing {
  readonly topic: string;
  readonly stage: number;
  readonly rows: LeasedRow[];
}

/**
 * Rows, which come in the order of their numbers, as stages of batches: those of one stage may be published at once, a
 * stage after the one before it. A row joins its topic's batch unless that would bring it before its key's row before.
 */
export function toStages(rows: readonly LeasedRow[]): readonly (readonly Batch[])[] {
  const stages: Growing[][] = [];
  const newestOfTopic = new Map<string, Growing>();
  const lastOfKey = new Map<string, Growing>();
  for (const row of rows) {
    const before = lastOfKey.get(row.key);
    // Behind its key's last row: in the very same batch, or in a later stage.
    const earliest = before === undefined ? 0 : before.topic === row.topic ? before.stage : before.stage + 1;
    let batch = newestOfTopic.get(row.topic);
    if (batch === undefined || batch.stage < earliest) {
      batch = { topic: row.topic, stage: earliest, rows: [] };
      (stages[earliest] ??= []).push(batch);
      newestOfTopic.set(row.topic, batch);
    }
    batch.rows.push(row);
    lastOfKey.set(row.key, batch);
  }
  return stages;
}
