import { once } from "node:events";
import type { AddressInfo } from "node:net";
import type { Delivery, Gap } from "@fanfare/protocol";
import { expect, onTestFinished, test } from "vitest";
import { WebSocketServer, type WebSocket as Socket } from "ws";
import { CliError } from "../exit.ts";
import { createApi } from "./api.ts";
import { follow } from "./follow.ts";

/** What a daemon says on one connection, given what its client asked for. */
type Script = (say: (frame: object) => void, socket: Socket, params: Record<string, unknown>) => void;

const answer = (cursor: string) => ({ id: 1, result: { subscription: "1", cursor, scope: "s", recovered: true } });

const deliver = (prev: string, cursor: string, ids: readonly string[] = [], gap?: Partial<Gap>) => ({
  method: "deliver",
  params: { subscription: "1", prev, cursor, gap, events: ids.map((id) => ({ id })) },
});

/** A daemon that goes by a script, one for each connection; the last one serves all that come after. */
async function daemon(scripts: readonly Script[], heartbeat = 10_000): Promise<{ url: URL; asked: object[] }> {
  const server = new WebSocketServer({ port: 0, host: "127.0.0.1" });
  const asked: object[] = [];
  onTestFinished(() => {
    for (const socket of server.clients) socket.terminate();
    server.close();
  });
  server.on("connection", (socket) => {
    const say = (frame: object): void => socket.send(JSON.stringify({ jsonrpc: "2.0", ...frame }));
    const script = scripts[Math.min(asked.length, scripts.length - 1)];
    socket.on("message", (data: Buffer) => {
      const { params } = JSON.parse(data.toString());
      asked.push(params);
      script?.(say, socket, params);
    });
    say({ method: "hello", params: { heartbeat } });
  });
  await once(server, "listening");
  return { url: new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`), asked };
}

/** Follows until `last` came; answers all that was told, in its order. */
async function told(url: URL, last: string): Promise<readonly string[]> {
  const words: string[] = [];
  const stop = new AbortController();
  await follow({
    api: createApi(url, undefined),
    params: { topics: ["a"], after: "now" },
    signal: AbortSignal.any([stop.signal, AbortSignal.timeout(20_000)]),
    listener: {
      delivered({ events, gap }: Delivery) {
        if (gap !== undefined) words.push(`gap ${gap.reason}`);
        words.push(...events.map(({ id }) => id));
        if (words.includes(last)) stop.abort();
      },
      signalled: ({ type }) => words.push(`signal ${type}`),
      lost: (reason) => words.push(`lost: ${reason}`),
      opened: (cursor, again) => words.push(`${again ? "again" : "opened"} at ${cursor}`),
    },
  });
  return words;
}

const resume: Script = (say, _socket, { after }) => {
  const next = `e:${Number(String(after).split(":")[1]) + 1}`;
  say(answer(String(after)));
  say(deliver(String(after), next, ["last"]));
};

test("a delivery that does not continue the one before is not taken, and is asked for again", async () => {
  const skipping: Script = (say) => {
    say(answer("e:1"));
    say(deliver("e:1", "e:2", ["two"]));
    say(deliver("e:3", "e:4", ["four"]));
  };
  const { url, asked } = await daemon([skipping, resume]);
  expect(await told(url, "last")).toEqual([
    "opened at e:1",
    "two",
    "lost: a delivery is missing",
    "again at e:2",
    "last",
  ]);
  expect(asked).toMatchObject([{ after: "now" }, { after: "e:2", scope: "s" }]);
});

test("a delivery that comes twice is not taken twice", async () => {
  const repeating: Script = (say) => {
    say(answer("e:1"));
    say(deliver("e:1", "e:2", ["two"]));
    say(deliver("e:1", "e:2", ["two"]));
  };
  const { url } = await daemon([repeating, resume]);
  expect((await told(url, "last")).filter((word) => word === "two")).toHaveLength(1);
});

test("heartbeats move the cursor, a reset moves it to another log, signals move nothing", async () => {
  const script: Script = (say) => {
    say(answer("e:1"));
    say(deliver("e:1", "e:9"));
    say({ method: "signal", params: { type: "typing" } });
    say(deliver("other:9", "f:0", [], { reason: "reset" }));
    say(deliver("f:0", "f:1", ["last"]));
  };
  const { url } = await daemon([script]);
  expect(await told(url, "last")).toEqual(["opened at e:1", "signal typing", "gap reset", "last"]);
});

test("a connection without heartbeats counts as lost", async () => {
  const silent: Script = (say) => say(answer("e:1"));
  const { url } = await daemon([silent, resume], 100);
  expect(await told(url, "last")).toEqual(["opened at e:1", "lost: no heartbeat", "again at e:1", "last"]);
});

test("a daemon that goes says when to come back", async () => {
  const going: Script = (say, socket) => {
    say(answer("e:1"));
    say({ method: "goaway", params: { reconnectAfterMs: 700, reason: "stopping" } });
    socket.close(1001, "stopping");
  };
  const { url } = await daemon([going, resume]);
  const start = performance.now();
  expect(await told(url, "last")).toEqual([
    "opened at e:1",
    "lost: closed with 1001: stopping",
    "again at e:1",
    "last",
  ]);
  expect(performance.now() - start).toBeGreaterThan(690);
});

test("a refusal that passes is asked again", async () => {
  const busy: Script = (say) =>
    say({ id: 1, error: { code: -32_000, message: "too many replays", data: { code: "overloaded", status: 503 } } });
  const first: Script = (say) => {
    say(answer("e:1"));
    say(deliver("e:1", "e:2", ["last"]));
  };
  const { url } = await daemon([busy, first]);
  expect(await told(url, "last")).toEqual(["lost: overloaded: too many replays", "opened at e:1", "last"]);
});

test.each<[string, Script, RegExp]>([
  [
    "an answer that it may not",
    (say) => say({ id: 1, error: { code: -32_000, message: "not granted", data: { code: "forbidden", status: 403 } } }),
    /^forbidden: not granted$/,
  ],
  [
    "an end of the credential",
    (_say, socket) => socket.close(4401, "token_expired"),
    /^closed with 4401: token_expired$/,
  ],
  [
    "an end of the subscription",
    (say) => {
      say(answer("e:1"));
      say({ method: "ended", params: { subscription: "1", code: "forbidden", cursor: "e:1" } });
    },
    /^the subscription was ended: forbidden$/,
  ],
])("%s ends the following", async (_name, script, words) => {
  const { url, asked } = await daemon([script]);
  await expect(told(url, "never")).rejects.toThrow(words);
  await expect(told(url, "never")).rejects.toThrow(CliError);
  expect(asked).toHaveLength(2);
});
