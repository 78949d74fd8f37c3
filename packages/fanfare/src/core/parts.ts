import { CLOSE_CODES, DEFAULT_LIMITS, parsePattern, toPosition, type Limits } from "@fanfare/protocol";
import type { PrivatePatterns } from "./authority.ts";
import { Broker } from "./broker.ts";
import { Consumers } from "./consumers.ts";
import { Contracts } from "./contracts.ts";
import { Horizon } from "./horizon.ts";
import { Notices } from "./notices.ts";
import { HUB_DEFAULTS, type HubCoreOptions } from "./options.ts";
import type { Outlet } from "./outlet.ts";
import { Pages } from "./pages.ts";
import { Publisher } from "./publisher.ts";
import { PublishRate } from "./rate.ts";
import { Reader } from "./reader.ts";
import { Replay } from "./replay.ts";
import { Requests } from "./request.ts";
import { Revocations } from "./revocations.ts";
import { Sessions } from "./sessions.ts";
import { Signals } from "./signals.ts";
import { Tail } from "./tail.ts";
import { TopicMatchers } from "./topic-matchers.ts";
import { createTotals, type Totals } from "./totals.ts";
import { Transformed } from "./transformed.ts";

/** What a hub is made of, each part with one duty. */
export interface Parts {
  readonly limits: Limits;
  readonly privates: PrivatePatterns;
  readonly tail: Tail;
  readonly replay: Replay;
  readonly horizon: Horizon;
  readonly broker: Broker;
  readonly requests: Requests;
  readonly pages: Pages;
  readonly publisher: Publisher;
  readonly signals: Signals;
  readonly consumers: Consumers;
  readonly revocations: Revocations;
  readonly sessions: Sessions;
  readonly notices: Notices;
  readonly totals: Totals;
}

export function assemble(options: HubCoreOptions, onRevoked: () => number): Parts {
  const { log, state, bus, runtime } = options;
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  const privates = (options.privates ?? []).map((pattern) => parsePattern(pattern));
  const totals = createTotals();
  const notices = new Notices(bus);
  const tail = new Tail(toPosition(0), options.tailBytes ?? HUB_DEFAULTS.tailBytes);
  const replay = new Replay(log, {
    reads: limits.replays,
    rows: 1_000,
    pageBytes: 512 * 1024,
    cacheBytes: options.replayCacheBytes ?? HUB_DEFAULTS.replayCacheBytes,
  });
  const reader = new Reader(tail, replay, () => new Promise((resolve) => runtime.soon(resolve)));
  const horizon = new Horizon(toPosition(0));
  const sessions = new Sessions(limits);
  const broker = new Broker({
    tail,
    reader,
    runtime,
    totals,
    flush: {
      events: options.flushEvents ?? HUB_DEFAULTS.flushEvents,
      bytes: options.flushBytes ?? HUB_DEFAULTS.flushBytes,
    },
    heartbeatMs: options.heartbeatMs ?? HUB_DEFAULTS.heartbeatMs,
    stallTimeoutMs: options.stallTimeoutMs ?? HUB_DEFAULTS.stallTimeoutMs,
    onStalled: (outlet) => closeStalled(sessions, outlet),
    onError: (error) => options.onError?.(error),
  });
  const transformed = new Transformed((error) => options.onError?.(error));
  const tools = { transformed, matchers: new TopicMatchers(), hash: (text: string) => runtime.hash(text) };
  return {
    limits,
    privates,
    tail,
    replay,
    horizon,
    broker,
    sessions,
    notices,
    totals,
    requests: new Requests({ profiles: options.profiles ?? [], privates, limits, tools }),
    pages: new Pages({ broker, reader, runtime, limits }),
    publisher: new Publisher({
      log,
      horizon,
      runtime,
      limits,
      privates,
      totals,
      contracts: new Contracts(options.topics ?? []),
      rate: new PublishRate(limits.publishRate, () => runtime.now()),
    }),
    signals: new Signals({ broker, notices, runtime, limits, privates, totals }),
    consumers: new Consumers({ state, notices, limits }),
    revocations: new Revocations({ state, notices, runtime, onRevoked }),
  };
}

/** A subscriber in process takes as long as its loop takes; a client is told to come back with its cursor. */
function closeStalled(sessions: Sessions, outlet: Outlet): void {
  const session = sessions.of(outlet);
  if (session?.transport !== "process") session?.close(CLOSE_CODES.stalled, "stalled: come back with your cursor");
}
