/**
 * What an event costs that one of many subscriptions wants. Arguments: how they differ (`attribute`, `topic` or
 * `prefix`), how many there are, how many of them are ever wanted, milliseconds, and from where to the write of the one
 * connection it is measured: from the log's word (`broker`) or from `publish` on a log in memory (`publish`).
 */
import { createHub, nodeRuntime, ROOT, type Connection, type Runtime, type Session, type Wire } from "fanfare";
import { memoryLog } from "fanfare/memory";
import { tell } from "./measured.ts";
import { committedEvents, PushedLog } from "./pushed-log.ts";
import { contentOf, filterOf, type Kind } from "./subscriptions.ts";

const [kindText = "attribute", ...rest] = process.argv.slice(2);
const [count = "100", wantedCount = count, milliseconds = "1000", door = "broker"] = rest;
const kind = kindText as Kind;
const subscriptions = Number(count);
const wanted = Number(wantedCount);
const perConnection = 1_000;
const perTurn = 64;

/** Tasks of the tick, run by hand in front of the broker alone: no time goes into waiting for the loop to turn. */
const tasks: (() => void)[] = [];
const byHand: Runtime = { ...nodeRuntime, soon: (task) => void tasks.push(task) };
const pushed = new PushedLog();
const hub = door === "broker" ? createHub({ log: pushed, runtime: byHand }) : createHub({ log: memoryLog() });
let written = 0;
/** As cheap as a wire format can be: what is measured is the way to it. */
const wire: Wire = {
  name: "bench",
  deliver: ({ entries }) => entries.length,
  signal: () => 0,
  ended: () => 0,
  goaway: () => 0,
};

await openAll();
const turn = door === "broker" ? await brokerTurn() : publishTurn;
await repeat(Number(milliseconds) / 2);
const before = written;
globalThis.gc?.();
const started = process.cpuUsage();
const events = await repeat(Number(milliseconds));
const { user, system } = process.cpuUsage(started);
tell({
  "µs CPU per event": (user + system) / events,
  "matches per event": (written - before) / events,
  "heap, KB per subscription": process.memoryUsage().heapUsed / 1000 / subscriptions,
});
process.exit(0);

async function repeat(time: number): Promise<number> {
  const end = performance.now() + time;
  let turns = 0;
  do {
    // Only a door with something to wait for is waited for.
    const pending = turn();
    if (pending !== undefined) await pending;
    turns += 1;
  } while (performance.now() < end);
  return turns * perTurn;
}

/** Any of the wanted ones, each equally often; they lie far apart. */
function someNumber(): number {
  return Math.floor(Math.random() * wanted) * Math.floor(subscriptions / wanted);
}

async function brokerTurn(): Promise<() => undefined> {
  const list = await committedEvents(4_096, () => contentOf(kind, someNumber()));
  let position = 0;
  return () => {
    for (let index = 0; index < perTurn; index += 1) {
      const event = list[(position += 1) % list.length];
      if (event === undefined) throw new Error("no events");
      pushed.push({ ...event, position: position as typeof event.position });
      runTick();
    }
  };
}

async function publishTurn(): Promise<void> {
  const publish = (): Promise<unknown> => {
    const { topic, attributes } = contentOf(kind, someNumber());
    return hub.publish(topic, { type: "bench.event", attributes, data: { n: 1 } });
  };
  await Promise.all(Array.from({ length: perTurn }, publish));
  await new Promise((resolve) => setImmediate(resolve));
}

function runTick(): void {
  for (let task = tasks.shift(); task !== undefined; task = tasks.shift()) task();
}

/** The loop turns while subscriptions open, since they wait for the log. */
async function openAll(): Promise<void> {
  const pump = setInterval(runTick, 1);
  for (let first = 0; first < subscriptions; first += perConnection) {
    const connection: Connection = { wire, write: (chunks) => take(chunks), close: () => {} };
    const session = hub.connect(connection, { identity: ROOT, transport: "process" });
    const last = Math.min(first + perConnection, subscriptions);
    await Promise.all(Array.from({ length: last - first }, (_, index) => open(session, first + index)));
  }
  clearInterval(pump);
  for (let settling = 0; settling < 100; settling += 1) {
    runTick();
    await new Promise((resolve) => setImmediate(resolve));
  }
}

async function open(session: Session, number: number): Promise<void> {
  const { topic } = contentOf(kind, number);
  const filter = filterOf(kind, number);
  const opening = await session.subscribe({ subscription: String(number), topics: [topic], filter, after: "now" });
  opening.start();
}

function take(chunks: readonly unknown[]): true {
  for (const chunk of chunks) written += chunk as number;
  return true;
}
