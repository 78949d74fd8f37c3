import type { SQLInputValue } from "node:sqlite";
import { Worker } from "node:worker_threads";
import { FanfareError } from "@fanfare/protocol";
import { fromFault, SqlError } from "./fault.ts";
import type { Answer, Ask, ConnectionOptions, StatementResult } from "./statement.ts";

/** Source files end in `.ts`, built ones in `.js`; a worker is as its starter is. */
const EXTENSION = import.meta.url.slice(import.meta.url.lastIndexOf("."));
/** From source, the workspaces' sources are meant, whatever the process itself was started with. */
const SOURCE_ARGUMENTS = EXTENSION === ".ts" ? { execArgv: ["--conditions=@fanfare/source"] } : {};

interface Settle {
  resolve(result: StatementResult): void;
  reject(error: Error): void;
}

/** A connection on a thread of its own: nothing that disk or locks do holds up the thread that asks. */
export class Connection {
  readonly #options: ConnectionOptions;
  readonly #open: Map<number, Settle> = new Map();
  #worker: Worker | undefined;
  #seq = 0;
  #trouble: FanfareError | undefined;

  constructor(options: ConnectionOptions) {
    this.#options = options;
  }

  /** Statements run in the order in which they were asked for. Throws `unavailable` or `SqlError`. */
  async run(sql: string, values: readonly unknown[] = []): Promise<StatementResult> {
    return this.#ask({ kind: "run", sql, values: values.map(toInputValue) });
  }

  async close(): Promise<void> {
    if (this.#worker !== undefined) await this.#ask({ kind: "close" }).catch(() => undefined);
    this.#fail("is closed");
    await this.#worker?.terminate();
  }

  #ask(question: DistributiveOmit<Ask, "seq">): Promise<StatementResult> {
    return new Promise((resolve, reject) => {
      if (this.#trouble !== undefined) return reject(this.#trouble);
      const worker = (this.#worker ??= this.#start());
      this.#seq += 1;
      // Questions keep the process alive until they are answered; a thread without questions does not.
      if (this.#open.size === 0) worker.ref();
      this.#open.set(this.#seq, { resolve, reject });
      worker.postMessage({ ...question, seq: this.#seq });
    });
  }

  #start(): Worker {
    const worker = new Worker(new URL(`connection-thread${EXTENSION}`, import.meta.url), {
      name: "fanfare-app-connection",
      workerData: this.#options,
      ...SOURCE_ARGUMENTS,
    });
    worker.on("message", (answer: Answer) => this.#settle(answer));
    worker.on("error", (error) => this.#fail(String(error)));
    worker.on("exit", () => this.#fail("its thread has ended"));
    worker.unref();
    return worker;
  }

  #settle(answer: Answer): void {
    const settle = this.#open.get(answer.seq);
    this.#open.delete(answer.seq);
    if (this.#open.size === 0) this.#worker?.unref();
    if (answer.ok) settle?.resolve(answer.result);
    else settle?.reject(fromFault(this.#options, answer.fault));
  }

  #fail(reason: string): void {
    this.#trouble ??= new FanfareError("unavailable", `app: ${this.#options.path}: ${reason}`);
    const open = [...this.#open.values()];
    this.#open.clear();
    this.#worker?.unref();
    for (const { reject } of open) reject(this.#trouble);
  }
}

type DistributiveOmit<Union, Key extends PropertyKey> = Union extends unknown ? Omit<Union, Key> : never;

/** SQLite keeps truth as 0 and 1. What it has no type for is refused here: an object would pass for a list of names. */
function toInputValue(value: unknown, index: number): SQLInputValue {
  if (typeof value === "string" || typeof value === "number" || typeof value === "bigint") return value;
  if (typeof value === "boolean") return Number(value);
  if (value === null || value instanceof Uint8Array) return value;
  throw new SqlError({ message: `parameter ${index + 1}: SQLite has no type for it; JSON is kept as its text` });
}
