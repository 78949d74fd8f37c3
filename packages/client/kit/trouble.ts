import { isMeant, type Frames, type Passage } from "./frames.ts";

/** What happens to one frame on its way. */
export interface Fate {
  readonly dropped?: boolean | undefined;
  readonly duplicated?: boolean | undefined;
  /** Lets the frame behind it pass first. */
  readonly overtaken?: boolean | undefined;
  readonly delayMs?: number | undefined;
  /** The link breaks with it. */
  readonly cut?: boolean | undefined;
}

/** Something that goes wrong on a network, until it is ended or has happened as often as it should. */
export class Trouble {
  /** How often it has happened. */
  hits = 0;
  readonly #frames: Frames;
  readonly #fate: () => Fate | undefined;
  readonly #forget: (trouble: Trouble) => void;

  constructor(frames: Frames, fate: () => Fate | undefined, forget: (trouble: Trouble) => void) {
    this.#frames = frames;
    this.#fate = fate;
    this.#forget = forget;
  }

  /** What it does to this frame; `undefined` when it leaves it alone. */
  meet(passage: Passage): Fate | undefined {
    if (!isMeant(this.#frames, passage)) return undefined;
    const fate = this.#fate();
    if (fate === undefined) return undefined;
    this.hits += 1;
    if (this.hits === this.#frames.times) this.end();
    return fate;
  }

  /** From now on it does not happen any more. */
  end(): void {
    this.#forget(this);
  }

  [Symbol.dispose](): void {
    this.end();
  }
}
