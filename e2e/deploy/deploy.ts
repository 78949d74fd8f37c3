import { setTimeout as wait } from "node:timers/promises";
import { Crowd } from "../jitter/crowd.ts";
import type { DaemonProcess } from "../jitter/daemon.ts";
import { monotonicMs } from "../jitter/member.ts";
import { pace } from "../jitter/pace.ts";
import { summaryOf, type Summary } from "../jitter/summary.ts";

/** A new start of a daemon under its clients. */
export interface Deploy {
  readonly clients: number;
  /** Milliseconds between two events. */
  readonly eventEveryMs: number;
  /** Milliseconds over which the daemon's `shutdown.spreadMs` spreads its clients. */
  readonly windowMs: number;
  /** Milliseconds to wait for the last client. */
  readonly patienceMs: number;
}

export interface DeployResult extends Summary {
  /** Milliseconds from the signal until the daemon listened again. */
  readonly downMs: number;
  /** Milliseconds from the signal to each client's first try, ascending. */
  readonly tried: readonly number[];
  /** Milliseconds from the signal to each client's open connection, ascending. */
  readonly opened: readonly number[];
}

const TOPIC = "deploy.tick";
/** What is published before the signal and after the last return, so that both can be missing. */
const MARGIN_MS = 1_000;

/** Ends a daemon in peace and starts another one in its place, while clients follow and events are published. */
export async function deploy(
  daemon: DaemonProcess,
  { clients, eventEveryMs, windowMs, patienceMs }: Deploy,
): Promise<DeployResult> {
  const crowd = new Crowd(daemon.build);
  const url = `http://127.0.0.1:${daemon.port}`;
  try {
    await crowd.connect(
      Array.from({ length: clients }, () => url),
      TOPIC,
    );
    const times = { signal: 0, listening: 0 };
    const restart = async (): Promise<void> => {
      await wait(MARGIN_MS);
      times.signal = monotonicMs();
      await daemon.stop();
      await daemon.start();
      times.listening = monotonicMs();
      await wait(Math.max(0, times.signal + windowMs - times.listening) + MARGIN_MS);
    };
    const positions = await pace(url, TOPIC, eventEveryMs, restart());
    const summary = summaryOf(await crowd.account(positions, patienceMs), positions.length);
    const since = (moments: readonly number[]): readonly number[] =>
      moments.map((moment) => moment - times.signal).toSorted((left, right) => left - right);
    return {
      ...summary,
      downMs: times.listening - times.signal,
      tried: since(summary.returns.map(({ tried }) => tried)),
      opened: since(summary.returns.map(({ opened }) => opened)),
    };
  } finally {
    crowd.close();
  }
}

/** Of all moments, the largest share that lies in one stretch of that length. */
export function densest(moments: readonly number[], lengthMs: number): number {
  let first = 0;
  let most = 0;
  for (const [index, moment] of moments.entries()) {
    while (moment - (moments[first] ?? 0) >= lengthMs) first += 1;
    most = Math.max(most, index - first + 1);
  }
  return most / moments.length;
}
