/** Opens ports on files for another process, and passes calls on to them. */
import { isFanfareError } from "fanfare";
import { sqliteLog, type SqliteLog } from "fanfare/sqlite";
import type { Answer, Ports, Question } from "./port-calls.ts";

interface Opened {
  readonly log: SqliteLog;
  readonly port: Ports[keyof Ports];
}

const handles = new Map<number, Opened>();
const stops = new Map<number, () => void>();

process.on("message", (question: Question) => {
  void answer(question).then(
    (value) => tell({ seq: question.seq, value }),
    (error: unknown) =>
      tell({ seq: question.seq, code: isFanfareError(error) ? error.code : undefined, message: String(error) }),
  );
});
process.on("disconnect", () => process.exit());

async function answer(question: Question): Promise<unknown> {
  if ("open" in question) return open(question.open, question.path, question.handle);
  if ("stop" in question) return stops.get(question.stop)?.();
  const { log, port } = opened(question.handle);
  if ("method" in question) {
    // Closing the port that was asked for closes the file, with all that lies beside it.
    const target = question.method === "close" ? log : port;
    const value: unknown = Reflect.get(target, question.method);
    if (typeof value !== "function") return value;
    return Reflect.apply(value, target, question.args) as unknown;
  }
  return listen(log, question.listen, question.listener);
}

async function open(kind: keyof Ports, path: string, handle: number): Promise<string | undefined> {
  const log = sqliteLog(path, { safetyCheck: false });
  handles.set(handle, { log, port: kind === "log" ? log : log[kind] });
  if (kind !== "bus") return undefined;
  await log.bus.nodes();
  return log.bus.node;
}

async function listen(log: SqliteLog, kind: "follow" | "subscribe", listener: number): Promise<number | undefined> {
  const hear = (...args: readonly unknown[]): void => tell({ listener, args });
  if (kind === "subscribe") {
    stops.set(listener, log.bus.subscribe(hear));
    return undefined;
  }
  const following = await log.follow(hear);
  stops.set(listener, () => following.stop());
  return following.head;
}

function opened(handle: number): Opened {
  const found = handles.get(handle);
  if (found === undefined) throw new RangeError(`handle ${handle} is not open`);
  return found;
}

function tell(message: Answer): void {
  process.send?.(message);
}
