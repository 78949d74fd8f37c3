import type { Runtime, Timer } from "../../core/ports/runtime.ts";
import { nodeRuntime } from "../../hub/node-runtime.ts";
import { backoffLimit, jitter } from "../backoff.ts";
import { Listeners } from "../listeners.ts";
import { rowsOf, type PostgresPool, type PostgresPoolClient } from "./client.ts";
import { CHANNEL } from "./schema.ts";

/** Waits before a lost connection is opened again; meanwhile the relays' slow look finds what is added. */
const RETRY = { retryBaseMs: 500, retryMaxMs: 30_000 };

/** Hears of commits by NOTIFY, on one connection of the pool, as long as somebody listens. */
export class Listening {
  readonly #pool: PostgresPool;
  readonly #runtime: Runtime;
  readonly #listeners: Listeners = new Listeners();
  #client: PostgresPoolClient | undefined;
  #timer: Timer | undefined;
  #failures = 0;
  #state: "idle" | "listening" | "closed" = "idle";

  constructor(pool: PostgresPool, runtime: Runtime = nodeRuntime) {
    this.#pool = pool;
    this.#runtime = runtime;
  }

  add(listener: () => void): () => void {
    if (this.#state === "idle") {
      this.#state = "listening";
      void this.#connect();
    }
    return this.#listeners.add(listener);
  }

  ring(): void {
    this.#listeners.call();
  }

  close(): void {
    this.#state = "closed";
    this.#timer?.cancel();
    this.#client?.release(true);
    this.#client = undefined;
  }

  async #connect(): Promise<void> {
    let client: PostgresPoolClient | undefined;
    try {
      client = await this.#pool.connect();
      const [row] = await rowsOf<{ schema: string }>(client, "SELECT current_schema() AS schema");
      client.on("notification", ({ payload }) => payload === row?.schema && this.ring());
      client.on("error", () => this.#lost(client));
      await client.query(`LISTEN ${CHANNEL}`);
      if (this.#state === "closed") return client.release(true);
      this.#client = client;
      this.#failures = 0;
      // Something may have been committed while nobody heard.
      this.ring();
    } catch {
      this.#lost(client);
    }
  }

  #lost(client: PostgresPoolClient | undefined): void {
    if (this.#state === "closed" || (this.#client !== undefined && this.#client !== client)) return;
    this.#client = undefined;
    client?.release(true);
    this.#failures += 1;
    const wait = jitter(backoffLimit(this.#failures, RETRY), this.#runtime);
    this.#timer?.cancel();
    this.#timer = this.#runtime.later(wait, () => void this.#connect());
  }
}
