import { setTimeout as wait } from "node:timers/promises";
import { createClient } from "@fanfare/client";
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
}

export interface JitterResult extends Summary {
  readonly cuts: number;
}

const TOPIC = "jitter.tick";
/** Whoever was cut last has waited for longest when the network is good again. */
const PATIENCE_MS = 60_000;

/** Publishes to a daemon while its clients lose their connections, and accounts for every event of every client. */
export async function jitter(
  { port, build }: DaemonProcess,
  { clients, eventEveryMs, lastsMs, cuts }: Jitter,
): Promise<JitterResult> {
  const lines = new Lines(port, clients);
  const crowd = new Crowd(build);
  using publisher = createClient({ url: `http://127.0.0.1:${port}` });
  try {
    await crowd.connect(await lines.open(), TOPIC);
    lines.startCutting(cuts);
    const positions = await pace(publisher, TOPIC, eventEveryMs, wait(lastsMs));
    lines.stopCutting();
    const accounts = await crowd.account(positions, PATIENCE_MS);
    return { ...summaryOf(accounts, positions.length), cuts: lines.cuts };
  } finally {
    crowd.close();
    lines.close();
  }
}
