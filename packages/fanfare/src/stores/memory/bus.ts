import { randomUUID } from "node:crypto";
import { FanfareError, utf8Bytes } from "@fanfare/protocol";
import type { Bus } from "../../core/ports/bus.ts";
import { NOTICE_BYTES } from "../notice-limit.ts";

type BusListener = (notice: string, from: string) => void;

/** What joins the buses of several hubs in one process. */
export class MemoryNetwork {
  readonly members: Map<string, BusMember> = new Map();
}

interface BusMember {
  hear(notice: string, from: string): void;
}

export interface MemoryBusOptions {
  /** Name of this node, unique in its network; default: random. */
  readonly node?: string;
}

/** A bus among the hubs of one process; without a network it has no neighbours. */
export function memoryBus(network: MemoryNetwork = new MemoryNetwork(), options: MemoryBusOptions = {}): Bus {
  return new MemoryBus(network, options.node ?? randomUUID());
}

class MemoryBus implements Bus, BusMember {
  readonly node: string;
  readonly #network: MemoryNetwork;
  readonly #listeners: Set<{ readonly hear: BusListener }> = new Set();

  constructor(network: MemoryNetwork, node: string) {
    if (network.members.has(node)) throw new RangeError(`node: ${JSON.stringify(node)} is already in the network`);
    this.node = node;
    this.#network = network;
    network.members.set(node, this);
  }

  publish(notice: string): void {
    if (utf8Bytes(notice) > NOTICE_BYTES)
      throw new FanfareError("payload_too_large", `notice: at most ${NOTICE_BYTES} bytes are allowed`);
    if (this.#network.members.get(this.node) !== this) return;
    for (const member of this.#network.members.values())
      if (member !== this) queueMicrotask(() => member.hear(notice, this.node));
  }

  subscribe(listener: BusListener): () => void {
    const entry = { hear: listener };
    this.#listeners.add(entry);
    return () => void this.#listeners.delete(entry);
  }

  async nodes(): Promise<readonly string[]> {
    return [...this.#network.members.keys()];
  }

  async close(): Promise<void> {
    this.#listeners.clear();
    if (this.#network.members.get(this.node) === this) this.#network.members.delete(this.node);
  }

  hear(notice: string, from: string): void {
    for (const { hear } of this.#listeners) {
      try {
        hear(notice, from);
      } catch (error) {
        // One listener's failure is neither the sender's nor the next listener's.
        process.emitWarning(error instanceof Error ? error : String(error));
      }
    }
  }
}
