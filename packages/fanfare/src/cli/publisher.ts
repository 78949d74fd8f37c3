import { setTimeout as wait } from "node:timers/promises";
import type { PublishResult } from "@fanfare/protocol";
import type { Batch } from "./batches.ts";
import { isPassing, type Api } from "./client/api.ts";
import { CliError } from "./exit.ts";

const FIRST_PAUSE_MS = 200;
/** A restart takes less. */
const PATIENCE_MS = 20_000;

/**
 * Sends batches one after the other. Every event has an id, so that a batch whose answer was lost can be sent again; that
 * is done for as long as a restart takes, once the daemon has answered at all.
 */
export class Publisher {
  readonly #api: Api;
  #reached = false;

  constructor(api: Api) {
    this.#api = api;
  }

  /** Tells each answer, in order. Throws {@link CliError} that names the rows. */
  async publish(batch: Batch, tell: (result: PublishResult) => void): Promise<void> {
    try {
      tell(await this.#send(batch));
    } catch (error) {
      const halves = halved(batch);
      if (!(error instanceof CliError)) throw error;
      // The daemon may have smaller limits than usual.
      if (error.problem?.code !== "payload_too_large" || halves === undefined) throw about(error, batch);
      for (const half of halves) await this.publish(half, tell);
    }
  }

  async #send(batch: Batch): Promise<PublishResult> {
    const path = `api/v1/topics/${batch[0].topic}/events`;
    const body = batch.map(({ event }) => event);
    const until = performance.now() + PATIENCE_MS;
    for (let pause = FIRST_PAUSE_MS; ; pause *= 2) {
      try {
        const result = (await this.#api.post(path, body)) as PublishResult;
        this.#reached = true;
        return result;
      } catch (error) {
        const patient = isPassing(error) && (this.#reached || error.problem !== undefined);
        if (!patient || performance.now() + pause > until) throw error;
      }
      await wait(pause);
    }
  }
}

function halved(batch: Batch): readonly Batch[] | undefined {
  const middle = Math.ceil(batch.length / 2);
  const [first, ...others] = batch.slice(middle);
  return first === undefined
    ? undefined
    : [
        [batch[0], ...batch.slice(1, middle)],
        [first, ...others],
      ];
}

function about(error: CliError, batch: Batch): CliError {
  const [first, last] = [batch[0].row.number, batch.at(-1)?.row.number];
  // A single event of the command line is nobody's row.
  if (first === 0) return error;
  const rows = last === first ? `row ${first}` : `rows ${first} to ${last}`;
  return new CliError(error.exit, `${rows}: ${error.message}`, { problem: error.problem, cause: error });
}
