import { randomUUID } from "node:crypto";
import { FanfareError } from "@fanfare/protocol";
import type { Bus } from "../../core/ports/bus.ts";
import { NOTICE_BYTES } from "../notice-limit.ts";
import type { BusCalls, BusOptions, Heard } from "./bus-board.ts";
import { WorkerLink } from "./worker-link.ts";

type BusListener = (notice: string, from: string) => void;

/** Bytes of notices that may wait for the thread; beyond it, the newest are dropped, as a lost notice is allowed. */
const WAITING_BYTES = 32 * 1024 * 1024;

/** A bus among the processes of one log file, on a thread of its own. Notices are heard once `nodes` has answered. */
export class SqliteBus implements Bus {
  readonly node: string = randomUUID();
  readonly #listeners: Set<{ readonly hear: BusListener }> = new Set();
  readonly #link: Promise<WorkerLink<BusCalls, Heard>>;
  #waiting: string[] = [];
  #waitingBytes = 0;
  #underway = false;
  #closing: Promise<void> | undefined;

  /** @param logReady - the log's first opener removes what an earlier bus left, so the bus begins after it */
  constructor(options: Omit<BusOptions, "node">, logReady: Promise<void>) {
    this.#link = logReady.then(
      () => new WorkerLink("bus-thread", { ...options, node: this.node }, ({ heard }) => this.#hear(heard)),
    );
    this.#link.catch(() => undefined);
  }

  publish(notice: string): void {
    const bytes = Buffer.byteLength(notice);
    if (bytes > NOTICE_BYTES)
      throw new FanfareError("payload_too_large", `notice: has ${bytes} bytes, at most ${NOTICE_BYTES} are allowed`);
    if (this.#closing !== undefined || this.#waitingBytes + bytes > WAITING_BYTES) return;
    this.#waiting.push(notice);
    this.#waitingBytes += bytes;
    if (this.#underway) return;
    this.#underway = true;
    queueMicrotask(() => void this.#send());
  }

  subscribe(listener: BusListener): () => void {
    const entry = { hear: listener };
    this.#listeners.add(entry);
    return () => void this.#listeners.delete(entry);
  }

  async nodes(): Promise<readonly string[]> {
    if (this.#closing !== undefined) throw new FanfareError("unavailable", "bus: is closed");
    return (await this.#link).call("nodes", undefined);
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    this.#listeners.clear();
    const link = await this.#link.catch(() => undefined);
    if (link === undefined) return;
    await link.close(new FanfareError("unavailable", "bus: is closed"));
  }

  /** One message at a time: what is published meanwhile is the next one. */
  async #send(): Promise<void> {
    try {
      const link = await this.#link;
      while (this.#waiting.length > 0) {
        const notices = this.#waiting;
        this.#waiting = [];
        this.#waitingBytes = 0;
        await link.call("publish", notices);
      }
    } catch (error) {
      // A bus in trouble loses notices; who published cannot help it.
      if (this.#closing === undefined) process.emitWarning(error instanceof Error ? error : String(error));
    } finally {
      this.#underway = false;
    }
  }

  #hear(heard: readonly string[]): void {
    for (let index = 0; index < heard.length; index += 2) this.#tell(heard[index] ?? "", heard[index + 1] ?? "");
  }

  #tell(from: string, notice: string): void {
    for (const { hear } of this.#listeners) {
      try {
        hear(notice, from);
      } catch (error) {
        process.emitWarning(error instanceof Error ? error : String(error));
      }
    }
  }
}
