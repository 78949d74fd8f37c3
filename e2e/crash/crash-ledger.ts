import type { Log, Pattern } from "fanfare";
import { sqliteLog } from "fanfare/sqlite";
import type { Acknowledged, Membership } from "./batches.ts";

type Stored = Awaited<ReturnType<Log["read"]>>["events"][number];

/** What was acknowledged, held against what a reopened log has. */
export class CrashLedger {
  readonly broken: string[] = [];
  readonly #path: string;
  readonly #ids: Set<string> = new Set();
  #through = 0;
  #epoch = "";
  #acknowledged = 0;

  constructor(path: string) {
    this.#path = path;
  }

  get acknowledged(): number {
    return this.#acknowledged;
  }

  note(problems: readonly string[]): void {
    this.broken.push(...problems);
  }

  /** Opens the log as the next process would; answers how many events are new since the last look. */
  async check(acknowledged: readonly Acknowledged[]): Promise<number> {
    const log = sqliteLog(this.#path);
    try {
      const { epoch, last } = await log.bounds();
      if (this.#epoch !== "" && epoch !== this.#epoch)
        this.broken.push(`the epoch changed: ${this.#epoch} to ${epoch}`);
      this.#epoch = epoch;
      const events = await readAfter(log, this.#through);
      this.#checkOnce(events);
      this.#checkWhole(events);
      this.#checkAcknowledged(events, acknowledged);
      this.#through = last;
      return events.length;
    } finally {
      await log.close();
    }
  }

  #checkOnce(events: readonly Stored[]): void {
    let before = this.#through;
    for (const { id, position } of events) {
      if (position <= before) this.broken.push(`position ${position} comes after ${before}`);
      if (this.#ids.has(id)) this.broken.push(`${id} is stored twice`);
      this.#ids.add(id);
      before = position;
    }
  }

  /** Batches that retention may thin out are whole or not only as far as their topic is kept. */
  #checkWhole(events: readonly Stored[]): void {
    const batches = new Map<string, number[]>();
    for (const { topic, data, position } of events) {
      const { batch, index, size } = JSON.parse(data) as Membership;
      if (topic.startsWith("noise.")) continue;
      const positions = batches.get(batch) ?? Array.from<number>({ length: size }).fill(0);
      positions[index] = position;
      batches.set(batch, positions);
    }
    for (const [batch, positions] of batches) {
      const [first = 0] = positions;
      const whole = positions.every((position, index) => position === first + index);
      if (!whole) this.broken.push(`a part of batch ${batch} is there, or out of order: ${positions.join(" ")}`);
    }
  }

  #checkAcknowledged(events: readonly Stored[], acknowledged: readonly Acknowledged[]): void {
    const stored = new Map(events.map(({ id, position }) => [id, position]));
    for (const { batch, topic, positions } of acknowledged) {
      this.#acknowledged += positions.length;
      if (topic.startsWith("noise.")) continue;
      for (const [index, position] of positions.entries()) {
        const found = stored.get(`${batch}.${index}`);
        if (found !== position)
          this.broken.push(`${batch}.${index} was acknowledged at ${position} and is at ${found ?? "none"}`);
      }
    }
  }
}

async function readAfter(log: Log, after: number): Promise<readonly Stored[]> {
  const events: Stored[] = [];
  const { last } = await log.bounds();
  let through = after as Stored["position"];
  while (through < last) {
    const page = await log.read({
      topics: [">" as Pattern],
      after: through,
      limit: 1_000,
      scan: 1_000,
      bytes: 4_000_000,
    });
    events.push(...page.events);
    through = page.through;
  }
  return events;
}
