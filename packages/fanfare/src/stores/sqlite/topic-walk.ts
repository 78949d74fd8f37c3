import type { Query } from "./database.ts";

interface Strand {
  readonly topicId: number;
  positions: readonly number[];
  at: number;
  /** No position of the topic lies beyond those at hand. */
  ended: boolean;
}

const CHUNK_MIN = 16;

/** Walks several topics' positions as one ascending sequence, with a few index entries of each at hand. */
export class TopicWalk {
  readonly #positions: Query<[topicId: number, after: number, limit: number], [number]>;
  readonly #strands: Strand[];
  readonly #chunk: number;

  /** @param expected - about how many positions will be asked for */
  constructor(
    positions: Query<[topicId: number, after: number, limit: number], [number]>,
    topicIds: readonly number[],
    after: number,
    expected: number,
  ) {
    this.#positions = positions;
    this.#chunk = Math.max(CHUNK_MIN, Math.ceil((expected * 2) / Math.max(1, topicIds.length)));
    this.#strands = topicIds.map((topicId) => this.#fill({ topicId, positions: [], at: 0, ended: false }, after));
  }

  next(): number | undefined {
    let lowest: Strand | undefined;
    for (const strand of this.#strands) {
      const position = strand.positions[strand.at];
      if (position === undefined) continue;
      if (lowest === undefined || position < (lowest.positions[lowest.at] ?? 0)) lowest = strand;
    }
    const position = lowest?.positions[lowest.at];
    if (lowest === undefined || position === undefined) return undefined;
    lowest.at += 1;
    if (lowest.at === lowest.positions.length && !lowest.ended) this.#fill(lowest, position);
    return position;
  }

  #fill(strand: Strand, after: number): Strand {
    strand.positions = this.#positions.all(strand.topicId, after, this.#chunk).map(([position]) => position);
    strand.at = 0;
    strand.ended = strand.positions.length < this.#chunk;
    return strand;
  }
}
