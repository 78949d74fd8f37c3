import type { EventDraft } from "@fanfare/protocol";
import type {
  Appended,
  Following,
  Log,
  LogBounds,
  LogCapabilities,
  LogListener,
  LogPage,
  ReadRequest,
  TopicsRequest,
  TopicStats,
  TrimRequest,
} from "../core/ports/log.ts";

/** Told how long each operation took, in seconds, whether it succeeded or not. */
export interface LogTimes {
  appended(seconds: number): void;
  read(seconds: number): void;
}

/** The same log, timed: what a publisher waits for its disk, and what a replay costs. */
export function measuredLog(log: Log, times: LogTimes): Log {
  return new MeasuredLog(log, times);
}

class MeasuredLog implements Log {
  readonly capabilities: LogCapabilities;
  readonly #log: Log;
  readonly #times: LogTimes;

  constructor(log: Log, times: LogTimes) {
    this.capabilities = log.capabilities;
    this.#log = log;
    this.#times = times;
  }

  append(batch: readonly EventDraft[]): Promise<readonly Appended[]> {
    return timed(this.#log.append(batch), (seconds) => this.#times.appended(seconds));
  }

  read(request: ReadRequest): Promise<LogPage> {
    return timed(this.#log.read(request), (seconds) => this.#times.read(seconds));
  }

  bounds(): Promise<LogBounds> {
    return this.#log.bounds();
  }

  topics(request: TopicsRequest): Promise<readonly TopicStats[]> {
    return this.#log.topics(request);
  }

  follow(listener: LogListener): Promise<Following> {
    return this.#log.follow(listener);
  }

  trim(request: TrimRequest): Promise<number> {
    return this.#log.trim(request);
  }

  close(): Promise<void> {
    return this.#log.close();
  }
}

async function timed<Value>(work: Promise<Value>, tell: (seconds: number) => void): Promise<Value> {
  const start = performance.now();
  try {
    return await work;
  } finally {
    tell((performance.now() - start) / 1000);
  }
}
