import { Worker } from "node:worker_threads";
import { FanfareError } from "@fanfare/protocol";
import type { Broken, Calls, Reply } from "./calls.ts";
import { fromFailure } from "./trouble.ts";

export interface Settle<Answer> {
  /** Called in the order of the worker's reports, before the next one is looked at. */
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: FanfareError) => void;
}

interface Closes {
  readonly close: { readonly ask: undefined; readonly answer: undefined };
}

/** Source files end in `.ts`, built ones in `.js`; a worker is as its starter is. */
const EXTENSION = import.meta.url.slice(import.meta.url.lastIndexOf("."));
/** From source, the workspaces' sources are meant, whatever the process itself was started with. */
const SOURCE_ARGUMENTS = EXTENSION === ".ts" ? { execArgv: ["--conditions=@fanfare/source"] } : {};

/**
 * The starter's side of a worker thread. Questions keep the process alive until they are answered; a worker without
 * questions does not.
 */
export class WorkerLink<Asked extends Calls & Closes, Report extends object> {
  readonly #worker: Worker;
  readonly #hear: (report: Report) => void;
  readonly #open: Map<number, Settle<never>> = new Map();
  #seq = 0;
  #trouble: FanfareError | undefined;

  /**
   * @param name - of the file beside this one, without its extension
   * @param hear - told every report that answers no question
   */
  constructor(name: string, options: object, hear: (report: Report) => void) {
    this.#hear = hear;
    this.#worker = new Worker(new URL(`${name}${EXTENSION}`, import.meta.url), {
      name: `fanfare-${name}`,
      workerData: options,
      ...SOURCE_ARGUMENTS,
    });
    this.#worker.unref();
    this.#worker.on("message", (reports: unknown) => {
      // Under `node --watch` a worker also tells, in messages of Node's own, which files it has loaded.
      if (!Array.isArray(reports)) return;
      for (const report of reports as readonly (Report | Reply | Broken)[]) this.#take(report);
    });
    const failed = (reason: string): void => this.fail(new FanfareError("unavailable", `log: ${name}: ${reason}`));
    this.#worker.on("error", (error) => failed(String(error)));
    this.#worker.on("exit", () => failed("the thread has ended"));
  }

  call<Kind extends keyof Asked & string>(kind: Kind, ask: Asked[Kind]["ask"]): Promise<Asked[Kind]["answer"]> {
    return new Promise((resolve, reject) => this.start(kind, ask, { resolve, reject }));
  }

  /** As {@link call}, for who must know the answer before the next report. */
  start<Kind extends keyof Asked & string>(
    kind: Kind,
    ask: Asked[Kind]["ask"],
    settle: Settle<Asked[Kind]["answer"]>,
  ): void {
    if (this.#trouble !== undefined) return settle.reject(this.#trouble);
    this.#seq += 1;
    if (this.#open.size === 0) this.#worker.ref();
    this.#open.set(this.#seq, settle);
    this.#worker.postMessage({ seq: this.#seq, kind, ask });
  }

  /** Rejects every open and later question. */
  fail(error: FanfareError): void {
    this.#trouble ??= error;
    const open = [...this.#open.values()];
    this.#open.clear();
    this.#worker.unref();
    for (const { reject } of open) reject(this.#trouble);
  }

  /** Lets the worker close what it has open, then ends it; whatever is asked from then on is rejected so. */
  async close(reason: FanfareError): Promise<void> {
    // A file that could not be opened, or a thread that died, has nothing left to close.
    await this.call("close", undefined).catch(() => undefined);
    this.fail(reason);
    await this.#worker.terminate();
  }

  #take(report: Report | Reply | Broken): void {
    if ("broken" in report) return this.fail(fromFailure(report.broken));
    if (!("seq" in report)) return this.#hear(report);
    const settle = this.#open.get(report.seq);
    this.#open.delete(report.seq);
    if (this.#open.size === 0) this.#worker.unref();
    if ("failure" in report) settle?.reject(fromFailure(report.failure));
    else settle?.resolve(report.answer as never);
  }
}
