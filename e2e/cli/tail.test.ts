import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { WebSocketServer, type WebSocket as Socket } from "ws";
import { freePort, serve, start, type Exit } from "./processes.ts";

/** What a client asked for. */
type Asked = { readonly subscription: string; readonly after: string; readonly scope?: string };

/** The door of a hub as one connection sees it. */
type Line = {
  readonly socket: Socket;
  readonly asked: Asked;
  answer(cursor: string): void;
  refuse(code: string, status: number, message: string): void;
  deliver(prev: string, cursor: string, ids?: readonly string[], gap?: object): void;
  notify(method: string, params: object): void;
};

type Script = (line: Line) => void;

const event = (id: string, position: number) => {
  return { topic: "a", position, id, type: "t", time: "2026-01-31T12:00:00.000Z", attributes: {}, data: null };
};

/** A hub that goes by a script, one for each subscription; the last one serves all that come after. */
async function hub(
  scripts: readonly Script[],
  heartbeat = 10_000,
): Promise<{ readonly url: string; readonly asked: Asked[] }> {
  const server = new WebSocketServer({ port: 0, host: "127.0.0.1" });
  const asked: Asked[] = [];
  onTestFinished(() => {
    for (const socket of server.clients) socket.terminate();
    server.close();
  });
  server.on("connection", (socket) => {
    const say = (frame: object): void => socket.send(JSON.stringify({ jsonrpc: "2.0", ...frame }));
    const time = new Date().toISOString();
    say({
      method: "hello",
      params: { connection: "c", protocol: "fanfare.v1", time, heartbeat, profile: "default", limits: {} },
    });
    socket.on("message", (data: Buffer) => {
      const { id, method, params } = JSON.parse(data.toString());
      // It never answers a ping: whoever asks has heard nothing for too long.
      if (method === "unsubscribe") say({ id, result: {} });
      if (method !== "subscribe") return;
      const { subscription } = params;
      const script = scripts[Math.min(asked.length, scripts.length - 1)];
      asked.push(params);
      script?.({
        socket,
        asked: params,
        answer: (cursor) => say({ id, result: { subscription, cursor, scope: "s", recovered: true, head: cursor } }),
        refuse: (code, status, message) => say({ id, error: { code: -32_000, message, data: { code, status } } }),
        deliver: (prev, cursor, ids = [], gap) => {
          const events = ids.map((one) => event(one, Number(cursor.split(":")[1])));
          say({ method: "deliver", params: { subscription, prev, cursor, gap, events } });
        },
        notify: (name, more) => say({ method: name, params: { subscription, ...more } }),
      });
    });
  });
  await once(server, "listening");
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}

/** Goes on where it was asked to, with one event. */
const resume: Script = ({ asked, answer, deliver }) => {
  const [, position] = asked.after.split(":");
  answer(asked.after);
  deliver(asked.after, `e:${Number(position) + 1}`, ["last"]);
};

/** Runs the command until it ends or has printed the event `last`. */
async function tail(url: string, ...more: readonly string[]): Promise<Exit> {
  const running = start(["tail", "a", "--json", "--server", url, ...more]);
  await running.until(() => (running.stdout.includes('"last"') ? true : undefined));
  running.kill("SIGINT");
  return running.exit;
}

const ids = ({ stdout }: Exit): unknown[] => [...stdout.matchAll(/"id":"(\w+)"/g)].map(([, id]) => id);

test("a delivery that does not continue the one before is not taken, and is asked for again", async () => {
  const skipping: Script = ({ answer, deliver }) => {
    answer("e:1");
    deliver("e:1", "e:2", ["two"]);
    deliver("e:3", "e:4", ["four"]);
  };
  const { url, asked } = await hub([skipping, resume]);
  const exit = await tail(url);
  expect(ids(exit)).toEqual(["two", "last"]);
  expect(exit.stderr).toBe("· connection lost (a delivery is missing), coming back\n· resumed at e:2\n");
  expect(asked).toMatchObject([{ after: "now" }, { after: "e:2", scope: "s" }]);
  expect(exit.code).toBe(0);
});

test("a delivery that comes twice is not taken twice", async () => {
  const repeating: Script = ({ answer, deliver }) => {
    answer("e:1");
    deliver("e:1", "e:2", ["two"]);
    deliver("e:1", "e:2", ["two"]);
    deliver("e:2", "e:3", ["last"]);
  };
  const { url } = await hub([repeating]);
  const exit = await tail(url);
  expect(ids(exit)).toEqual(["two", "last"]);
  expect(exit.stderr).toBe("");
});

test("heartbeats move the cursor, a reset moves it to another log, signals move nothing", async () => {
  const cut: Script = ({ answer, deliver, notify, socket }) => {
    answer("e:1");
    deliver("e:1", "e:9");
    notify("signal", { topic: "a", type: "typing", attributes: {}, data: null, from: "x", time: "" });
    socket.close(1011);
  };
  const { url, asked } = await hub([
    cut,
    ({ answer, deliver }) => {
      answer("e:9");
      deliver("e:9", "f:0", [], { reason: "reset", to: 0 });
      deliver("f:0", "f:1", ["last"]);
    },
  ]);
  const exit = await tail(url);
  expect(exit.stderr).toMatch(/coming back\n· resumed at e:9\n\{"gap":\{"reason":"reset","to":0\}\}\n$/);
  expect(asked).toMatchObject([{ after: "now" }, { after: "e:9" }]);
});

test("a connection without heartbeats counts as lost", async () => {
  const { url } = await hub([({ answer }) => answer("e:1"), resume], 200);
  const exit = await tail(url);
  expect(exit.stderr).toMatch(/^· connection lost \(no \w+\), coming back\n· resumed at e:1\n/);
});

test("a daemon that goes says when to come back", async () => {
  let left = 0;
  let back = 0;
  const going: Script = ({ answer, notify, socket }) => {
    answer("e:1");
    notify("goaway", { reconnectAfterMs: 700, reason: "stopping" });
    left = performance.now();
    socket.close(1001, "stopping");
  };
  const coming: Script = (line) => {
    back = performance.now();
    resume(line);
  };
  const { url } = await hub([going, coming]);
  expect((await tail(url)).stderr).toBe("· connection lost (stopping), coming back\n· resumed at e:1\n");
  expect(back - left).toBeGreaterThan(690);
});

test("a refusal that passes is asked again", async () => {
  const busy: Script = ({ refuse }) => refuse("overloaded", 503, "too many replays");
  const first: Script = ({ answer, deliver }) => {
    answer("e:1");
    deliver("e:1", "e:2", ["last"]);
  };
  const { url, asked } = await hub([busy, first]);
  expect(ids(await tail(url))).toEqual(["last"]);
  expect(asked).toMatchObject([{ after: "now" }, { after: "now" }]);
});

test.each<[string, Script, RegExp]>([
  ["an answer that it may not", ({ refuse }) => refuse("forbidden", 403, "not granted"), /^forbidden: not granted$/],
  [
    "an end of the credential",
    ({ answer, socket }) => {
      answer("e:1");
      socket.close(4401, "token_expired");
    },
    /^unauthenticated: token_expired$/,
  ],
  [
    "an end of the subscription",
    ({ answer, notify }) => {
      answer("e:1");
      notify("ended", { code: "forbidden", cursor: "e:1" });
    },
    /^the subscription was ended: forbidden$/,
  ],
  [
    "an end for good",
    ({ answer, socket }) => {
      answer("e:1");
      socket.close(1000, "enough");
    },
    /^closed: enough$/,
  ],
])("%s ends the command with 1", async (_name, script, words) => {
  const { url, asked } = await hub([script]);
  const { code, stdout, stderr } = await tail(url);
  expect(stderr).toMatch(/^fanfare: .*\n$/);
  expect(stderr.slice("fanfare: ".length, -1)).toMatch(words);
  expect(stdout).toBe("");
  expect(code).toBe(1);
  expect(asked).toHaveLength(1);
});

test("a first connection that finds nobody ends it with 3, wrong words with 2", async () => {
  const port = await freePort();
  const { code, stderr } = await tail(`http://127.0.0.1:${port}`);
  expect(stderr).toBe(`fanfare: server not reached at http://127.0.0.1:${port}: connection refused\n`);
  expect(code).toBe(3);
  expect((await tail(`http://127.0.0.1:${port}`, "--after", "yesterday")).code).toBe(2);
});

test("a daemon that wants a credential says so in its problem document", async () => {
  const env = { FANFARE_AUTH_SECRET: "0123456789abcdef0123456789abcdef" };
  const { url } = await serve(["--log", "memory:"], { env });
  const { code, stderr } = await tail(url);
  expect(JSON.parse(stderr)).toMatchObject({ code: "unauthenticated", status: 401 });
  expect(code).toBe(1);
});
