import { join } from "node:path";
import type { DialectName } from "../generator/dialects.ts";
import type { Target } from "../generator/targets.ts";
import { root } from "./machine.ts";
import type { RunningServer, ServerPlan } from "./server.ts";

/** A server under test, how its subscribers talk to it, and where events go in. */
export interface Contender {
  readonly name: string;
  readonly plan: ServerPlan;
  readonly dialect: DialectName;
  target(server: RunningServer): Target;
}

export const topic = "bench.load";

const bin = join(root, "packages", "fanfare", "bin", "fanfare.js");

/** The daemon as a user starts it: a log on disk, `sync: full`, every check switched on. */
export const daemon: ServerPlan = {
  command: (folder) => [bin, "serve", "--addr", "127.0.0.1:0", "--db", join(folder, "fanfare.db")],
};

export const fanfare: Contender = {
  name: "Fanfare",
  plan: daemon,
  dialect: "fanfare",
  target: ({ port }) => ({ kind: "fanfare", port, topic }),
};

export const fanfareSse: Contender = { ...fanfare, dialect: "fanfareSse" };

export const netLoop: Contender = peer("bare net loop", "net-loop.ts", "websocket");
/** The floor of several events at once: all of them are one write. */
export const joinedNetLoop: Contender = peer("bare net loop, joined writes", "net-loop.ts", "websocket", "joined");
export const wsLoop: Contender = peer("ws send loop", "ws-loop.ts", "websocket");
export const socketIo: Contender = peer("Socket.IO", "socket-io.ts", "socketIo");
export const sseLoop: Contender = peer("bare res.write loop", "sse-loop.ts", "sse");

export const durableStreams: ServerPlan = { command: () => [peerFile("durable-streams.ts")] };

function peer(name: string, file: string, dialect: DialectName, ...args: string[]): Contender {
  return {
    name,
    plan: { command: () => [peerFile(file), ...args] },
    dialect,
    target: ({ control }) => ({ kind: "control", port: control }),
  };
}

function peerFile(file: string): string {
  return join(root, "benchmarks", "peers", file);
}
