import { connect, type Socket } from "node:net";

export interface Reply {
  readonly status: number;
  readonly body: string;
}

/** A kept connection that asks one thing at a time: HTTP/1.1 with nothing that a load generator does not need. */
export class RequestConnection {
  closed = false;
  readonly #socket: Socket;
  #text = "";
  #waiting: { resolve: (reply: Reply) => void; reject: (error: Error) => void } | undefined;

  constructor(port: number) {
    this.#socket = connect({ port, host: "127.0.0.1", noDelay: true });
    this.#socket.setEncoding("latin1");
    this.#socket.on("data", (text: string) => this.#onText(text));
    this.#socket.on("error", (error) => this.#end(error));
    this.#socket.on("close", () => this.#end(new Error("closed by the server")));
  }

  send(request: Buffer): Promise<Reply> {
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
      this.#socket.write(request);
    });
  }

  destroy(): void {
    this.#socket.destroy();
  }

  #end(error: Error): void {
    this.closed = true;
    this.#waiting?.reject(error);
  }

  #onText(text: string): void {
    this.#text += text;
    const head = this.#text.indexOf("\r\n\r\n");
    if (head === -1) return;
    const body = bodyOf(this.#text, head);
    if (body === undefined) return;
    const status = Number(this.#text.slice(9, 12));
    this.#text = "";
    const waiting = this.#waiting;
    this.#waiting = undefined;
    waiting?.resolve({ status, body });
  }
}

/** `undefined` while the answer is not whole. */
function bodyOf(text: string, head: number): string | undefined {
  const body = text.slice(head + 4);
  const headers = text.slice(0, head);
  const length = /\r\ncontent-length: *(\d+)/i.exec(headers)?.[1];
  if (length !== undefined) return body.length >= Number(length) ? body : undefined;
  if (/\r\ntransfer-encoding: *chunked/i.test(headers)) return body.endsWith("0\r\n\r\n") ? body : undefined;
  return "";
}

export interface RequestParts {
  readonly method: "POST" | "PUT";
  readonly port: number;
  readonly path: string;
  readonly contentType: string;
  readonly body: string;
}

export function requestBytes({ method, port, path, contentType, body }: RequestParts): Buffer {
  const head = [
    `${method} ${path} HTTP/1.1`,
    `Host: 127.0.0.1:${port}`,
    `Content-Type: ${contentType}`,
    `Content-Length: ${Buffer.byteLength(body)}`,
    "\r\n",
  ];
  return Buffer.from(head.join("\r\n") + body);
}
