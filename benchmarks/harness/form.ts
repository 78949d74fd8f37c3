/** How long and how large everything is. The short form shows that the benchmarks work; its figures mean nothing. */
export interface Form {
  readonly name: "full" | "short";
  /** Times each trial is run. */
  readonly rounds: number;
  /** Subscribers of the fan-out. */
  readonly subscribers: number;
  readonly idleConnections: number;
  /** Milliseconds of load before anything is measured: compilers and buffers settle. */
  readonly warmUp: number;
  /** Milliseconds of load that are measured. */
  readonly measure: number;
  /** Milliseconds until an idle server's memory is read. */
  readonly settle: number;
  readonly batches: readonly number[];
  /** Milliseconds of each batch size in process. */
  readonly perBatch: number;
  readonly manySubscriptions: number;
  /** Milliseconds for which readers stop reading. */
  readonly stall: number;
  readonly stalledReaders: number;
  /** Clients that lose their connections. */
  readonly clients: number;
  /** Milliseconds for which connections are cut, from one cut of a connection to the next, and until it is back. */
  readonly jitter: { readonly lasts: number; readonly every: number; readonly away: number };
  /** Milliseconds over which a daemon spreads its clients when it goes. */
  readonly window: number;
}

export const full: Form = {
  name: "full",
  rounds: 4,
  subscribers: 1_000,
  idleConnections: 10_000,
  warmUp: 3_000,
  measure: 8_000,
  settle: 5_000,
  batches: [1, 10, 100, 1_000],
  perBatch: 2_000,
  manySubscriptions: 100_000,
  stall: 60_000,
  stalledReaders: 100,
  clients: 1_000,
  jitter: { lasts: 60_000, every: 15_000, away: 2_000 },
  window: 10_000,
};

export const brief: Form = {
  name: "short",
  rounds: 1,
  subscribers: 50,
  idleConnections: 100,
  warmUp: 50,
  measure: 200,
  settle: 100,
  batches: [1, 100],
  perBatch: 50,
  manySubscriptions: 2_000,
  stall: 500,
  stalledReaders: 5,
  clients: 20,
  jitter: { lasts: 1_500, every: 1_000, away: 100 },
  window: 1_000,
};
