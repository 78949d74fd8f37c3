import { setTimeout as wait } from "node:timers/promises";
import { Crowd } from "./crowd.ts";
import type { DaemonProcess } from "./daemon.ts";
import { Lines, type Cuts } from "./lines.ts";
import { pace } from "./pace.ts";
import { summaryOf, type Summary } from "./summary.ts";

/** A network that cuts each of many connections again and again. */
export interface Jitter {
  readonly clients: number;
  /** Milliseconds between two events. */
  readonly eventEveryMs: number;
  readonly lastsMs: number;
  readonly cuts: Cuts;
  /** Milliseconds to wait for the last client; whoever was cut last waits for longest before it tries again. */
  readonly patienceMs: number;
}

export interface JitterResult extends Summary {
  readonly cuts: number;
}

const TOPIC = "jitter.tick";

/** Publishes to a daemon while its clients lose their connections, and accounts for every event of every client. */
export async function jitter({ port, build }: DaemonProcess, form: Jitter): Promise<JitterResult> {
  const lines = new Lines(port, form.clients);
  const crowd = new Crowd(build);
  try {
    await crowd.connect(await lines.open(), TOPIC);
    lines.startCutting(form.cuts);
    const positions = await pace(`http://127.0.0.1:${port}`, TOPIC, form.eventEveryMs, wait(form.lastsMs));
    lines.stopCutting();
    const accounts = await crowd.account(positions, form.patienceMs);
    return { ...summaryOf(accounts, positions.length), cuts: lines.cuts };
  } finally {
    crowd.close();
    lines.close();
  }
}
