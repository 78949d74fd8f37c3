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

  /** Throws {@link CliError} that names the rows. */
  async publish(batch: Batch): Promise<PublishResult> {
    const [{ topic, row }] = batch;
    const path = `api/v1/topics/${topic}/events`;
    const body = batch.map(({ event }) => event);
    const until = Date.now() + PATIENCE_MS;
    for (let pause = FIRST_PAUSE_MS; ; pause *= 2) {
      try {
        const result = (await this.#api.post(path, body)) as PublishResult;
        this.#reached = true;
        return result;
      } catch (error) {
        if (!(error instanceof CliError)) throw error;
        const patient = isPassing(error) && (this.#reached || error.problem !== undefined);
        if (!patient || Date.now() + pause > until) throw about(error, row.number, batch.at(-1)?.row.number);
      }
      await wait(pause);
    }
  }
}

function about(error: CliError, first: number, last: number | undefined): CliError {
  // A single event of the command line is nobody's row.
  if (first === 0) return error;
  const rows = last === first ? `row ${first}` : `rows ${first} to ${last}`;
  return new CliError(error.exit, `${rows}: ${error.message}`, { problem: error.problem, cause: error });
}
