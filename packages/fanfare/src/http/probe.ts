import type { State } from "../contract/health.ts";

/** What a part of the daemon says of itself. */
export interface ProbeResult {
  /** `failing` only where a restart or another node would help. */
  readonly state: State;
  /** For people, and for anybody: no paths, no names of users. Needed unless the state is `ok`. */
  readonly reason?: string | undefined;
  /** For operators. */
  readonly figures?: Readonly<Record<string, unknown>> | undefined;
}

/** A part of the daemon whose state decides about the daemon's: a relay, an app's database. */
export interface Probe {
  readonly name: string;
  check(): Promise<ProbeResult>;
}
