import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FanfareError, type Bus, type Log, type State } from "fanfare";
import type { Answer, Ports, Question } from "./port-calls.ts";

// Children and threads inherit it: each would strip the types of the same sources again.
process.env["NODE_COMPILE_CACHE"] ??= join(tmpdir(), "fanfare-e2e-compiled");

type Following = Awaited<ReturnType<Log["follow"]>>;
type Listener = (...args: never[]) => void;
type Rest<Part> = Part extends unknown ? Omit<Part, "seq"> : never;

interface Settle {
  readonly resolve: (value: never) => void;
  readonly reject: (error: Error) => void;
}

/** Another process, which opens the ports of files and passes our calls to them. */
export class Neighbour {
  readonly #child: ChildProcess;
  readonly #open: Map<number, Settle> = new Map();
  readonly #listeners: Map<number, Listener> = new Map();
  #count = 0;

  constructor() {
    this.#child = fork(join(import.meta.dirname, "neighbour-process.ts"), {
      execArgv: ["--conditions=@fanfare/source"],
      serialization: "advanced",
    });
    this.#child.on("message", (answer: Answer) => this.#take(answer));
    this.#child.once("exit", () => {
      for (const { reject } of this.#open.values()) reject(new Error("the neighbour has ended"));
    });
  }

  async stop(signal: NodeJS.Signals = "SIGTERM"): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    this.#child.kill(signal);
    await once(this.#child, "exit");
  }

  async log(path: string): Promise<Log> {
    const handle = await this.#openPort("log", path);
    return {
      capabilities: { name: "sqlite", idempotency: "log", sync: "full", shared: true },
      append: (batch) => this.#call(handle, "append", batch),
      read: (request) => this.#call(handle, "read", request),
      bounds: () => this.#call(handle, "bounds"),
      topics: (request) => this.#call(handle, "topics", request),
      follow: (listener) => this.#follow(handle, listener),
      trim: (request) => this.#call(handle, "trim", request),
      close: () => this.#call(handle, "close"),
    };
  }

  async state(path: string): Promise<State> {
    const handle = await this.#openPort("state", path);
    return {
      get: (key) => this.#call(handle, "get", key),
      put: (key, value, options) => this.#call(handle, "put", key, value, options),
      delete: (key, options) => this.#call(handle, "delete", key, options),
      list: (prefix) => this.#call(handle, "list", prefix),
      close: () => this.#call(handle, "close"),
    };
  }

  async bus(path: string): Promise<Bus> {
    const handle = await this.#openPort("bus", path);
    return {
      node: await this.#call(handle, "node"),
      publish: (notice) => void this.#call(handle, "publish", notice),
      subscribe: (listener) => this.#subscribe(handle, listener),
      nodes: () => this.#call(handle, "nodes"),
      close: () => this.#call(handle, "close"),
    };
  }

  async #openPort(open: keyof Ports, path: string): Promise<number> {
    const handle = (this.#count += 1);
    await this.#ask({ open, path, handle });
    return handle;
  }

  #call<Value>(handle: number, method: string, ...args: readonly unknown[]): Promise<Value> {
    return this.#ask({ handle, method, args });
  }

  async #follow(handle: number, listener: Listener): Promise<Following> {
    const id = this.#listen(listener);
    const head: Following["head"] = await this.#ask({ handle, listen: "follow", listener: id });
    return { head, stop: () => this.#unlisten(id) };
  }

  #subscribe(handle: number, listener: Listener): () => void {
    const id = this.#listen(listener);
    void this.#ask({ handle, listen: "subscribe", listener: id });
    return () => this.#unlisten(id);
  }

  #listen(listener: Listener): number {
    const id = (this.#count += 1);
    this.#listeners.set(id, listener);
    return id;
  }

  #unlisten(id: number): void {
    this.#listeners.delete(id);
    void this.#ask({ stop: id });
  }

  #ask<Value>(question: Rest<Question>): Promise<Value> {
    const seq = (this.#count += 1);
    return new Promise<Value>((resolve, reject) => {
      this.#open.set(seq, { resolve, reject });
      this.#child.send({ ...question, seq });
    });
  }

  #take(answer: Answer): void {
    if ("listener" in answer) return this.#listeners.get(answer.listener)?.(...(answer.args as never[]));
    const settle = this.#open.get(answer.seq);
    this.#open.delete(answer.seq);
    if ("value" in answer) settle?.resolve(answer.value as never);
    else settle?.reject(answer.code ? new FanfareError(answer.code, answer.message) : new Error(answer.message));
  }
}
