/** What a reader says to a kind of server until its events flow. */
export interface Dialect {
  readonly framing: "websocket" | "body";
  /** Path and extra header lines of the opening request. */
  readonly path: string;
  readonly headers: readonly string[];
  /** Sent as soon as the upgrade is answered. */
  readonly hello?: string;
  /** Without it a connection is subscribed as soon as its opening request is answered. */
  greet?(text: string): { readonly send?: string; readonly subscribed?: true };
}

function fanfareWebSocket(topic: string): Dialect {
  const params = { subscription: "1", topics: [topic], after: "now" };
  return {
    framing: "websocket",
    path: "/api/v1/ws",
    headers: ["Sec-WebSocket-Protocol: fanfare.v1"],
    hello: JSON.stringify({ jsonrpc: "2.0", id: 1, method: "subscribe", params }),
    greet: (text) => (text.includes('"result"') ? { subscribed: true } : {}),
  };
}

export const dialects = {
  fanfare: fanfareWebSocket("bench.>"),
  /** Sees nothing of the load on `bench`. */
  fanfareBystander: fanfareWebSocket("bystander.>"),
  fanfareSse: {
    framing: "body",
    path: "/api/v1/events?topic=bench.%3E",
    headers: ["Accept: text/event-stream"],
  },
  websocket: { framing: "websocket", path: "/", headers: [] },
  sse: { framing: "body", path: "/", headers: ["Accept: text/event-stream"] },
  socketIo: {
    framing: "websocket",
    path: "/socket.io/?EIO=4&transport=websocket",
    headers: [],
    greet(text: string) {
      // Engine.IO opens with packet 0; Socket.IO's connect (40) is answered by another 40.
      if (text.startsWith("0{")) return { send: "40" };
      return text.startsWith("40") ? { subscribed: true } : {};
    },
  },
} satisfies Record<string, Dialect>;

export type DialectName = keyof typeof dialects;

export function openingRequest(dialect: Dialect, port: number): string {
  const upgrade = [
    "Connection: Upgrade",
    "Upgrade: websocket",
    "Sec-WebSocket-Version: 13",
    `Sec-WebSocket-Key: ${key}`,
  ];
  return [
    `GET ${dialect.path} HTTP/1.1`,
    `Host: 127.0.0.1:${port}`,
    ...(dialect.framing === "websocket" ? upgrade : []),
    ...dialect.headers,
    "\r\n",
  ].join("\r\n");
}

const key = Buffer.alloc(16).toString("base64");
