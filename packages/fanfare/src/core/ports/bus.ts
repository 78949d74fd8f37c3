/**
 * Ephemeral notices between the processes and nodes of one log: signals, revocations at once, presence.
 *
 * An adapter MUST deliver a sender's notices in order, each at most once and never to the sender itself,
 * and MUST NOT let a failing neighbour reach the caller of `publish`.
 */
export interface Bus {
  /** This process among the nodes, unique. */
  readonly node: string;
  /** Sends and forgets. `notice` is JSON text of at most 256 KiB. */
  publish(notice: string): void;
  /** Calls the listener with every other node's notices from now on. The answer ends it. */
  subscribe(listener: (notice: string, from: string) => void): () => void;
  /** Nodes alive now, this one among them. */
  nodes(): Promise<readonly string[]>;
  close(): Promise<void>;
}
