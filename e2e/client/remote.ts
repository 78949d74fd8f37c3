import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Story } from "./browser.ts";

type Answer = { readonly id?: number; readonly result?: unknown; readonly error?: unknown; readonly message?: string };

/** A browser of its own process, told what to do over a WebSocket: Chromium in its own protocol, Firefox in BiDi. */
class Remote implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #profile: string;
  readonly #socket: WebSocket;
  readonly #waiting = new Map<number, PromiseWithResolvers<unknown>>();
  #last = 0;

  private constructor(child: ChildProcess, profile: string, socket: WebSocket) {
    this.#child = child;
    this.#profile = profile;
    this.#socket = socket;
    socket.addEventListener("message", ({ data }) => this.#take(JSON.parse(String(data)) as Answer));
  }

  /**
   * @param flags those of the browser for a profile in this folder
   * @param path below the address that it listens on
   */
  static async start(program: string, flags: (profile: string) => readonly string[], path: string): Promise<Remote> {
    const profile = await mkdtemp(join(tmpdir(), "fanfare-browser-"));
    const child = spawn(program, ["--headless", "--remote-debugging-port=0", ...flags(profile)], {
      stdio: ["ignore", "ignore", "pipe"],
    });
    let address: string | undefined;
    for await (const line of createInterface({ input: child.stderr })) {
      address = /listening on (ws:\S+)/.exec(line)?.[1];
      if (address !== undefined) break;
    }
    if (address === undefined) throw new Error(`${program} did not start`);
    child.stderr.resume();
    const socket = new WebSocket(address + path);
    await once(socket, "open");
    return new Remote(child, profile, socket);
  }

  async call<Result>(method: string, params: object = {}, sessionId?: string): Promise<Result> {
    const id = (this.#last += 1);
    const waiting = Promise.withResolvers<unknown>();
    this.#waiting.set(id, waiting);
    this.#socket.send(JSON.stringify({ id, method, params, ...(sessionId !== undefined && { sessionId }) }));
    return (await waiting.promise) as Result;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const exit = once(this.#child, "exit");
    this.#child.kill("SIGKILL");
    await exit;
    await rm(this.#profile, { recursive: true, force: true, maxRetries: 10 });
  }

  #take({ id, result, error, message }: Answer): void {
    const waiting = this.#waiting.get(id ?? 0);
    this.#waiting.delete(id ?? 0);
    if (error === undefined) waiting?.resolve(result);
    else waiting?.reject(new Error(`${JSON.stringify(error)} ${message ?? ""}`));
  }
}

/** A tab of a browser that shows the page. */
export type Tab = {
  story(): Promise<Story>;
  /** Freezes the page as a system does that wants to sleep, or wakes it. */
  sleep?(asleep: boolean): Promise<void>;
};

export type RemoteBrowser = AsyncDisposable & { open(url: string): Promise<Tab> };

/** Chromium without the pretence that every tab is in front, which a driver for tests keeps up. */
export async function startChromium(program: string): Promise<RemoteBrowser> {
  // Its sandbox refuses to run as root.
  const sandbox = process.getuid?.() === 0 ? ["--no-sandbox"] : [];
  const remote = await Remote.start(program, (profile) => [`--user-data-dir=${profile}`, ...sandbox], "");
  return {
    async open(url) {
      const { targetId } = await remote.call<{ targetId: string }>("Target.createTarget", { url });
      const attach = { targetId, flatten: true };
      const { sessionId } = await remote.call<{ sessionId: string }>("Target.attachToTarget", attach);
      const look = { expression: "JSON.stringify(globalThis.story)" };
      return {
        async story() {
          const answer = await remote.call<{ result: { value?: string } }>("Runtime.evaluate", look, sessionId);
          return toStory(answer.result.value);
        },
        async sleep(asleep) {
          await remote.call("Page.setWebLifecycleState", { state: asleep ? "frozen" : "active" }, sessionId);
        },
      };
    },
    [Symbol.asyncDispose]: () => remote[Symbol.asyncDispose](),
  };
}

export async function startFirefox(program: string): Promise<RemoteBrowser> {
  const remote = await Remote.start(program, (profile) => ["--no-remote", "--profile", profile], "/session");
  await remote.call("session.new", { capabilities: {} });
  return {
    async open(url) {
      const { context } = await remote.call<{ context: string }>("browsingContext.create", { type: "tab" });
      await remote.call("browsingContext.navigate", { context, url, wait: "complete" });
      const look = { expression: "JSON.stringify(globalThis.story)", target: { context }, awaitPromise: false };
      return {
        async story() {
          const answer = await remote.call<{ result: { value?: string } }>("script.evaluate", look);
          return toStory(answer.result.value);
        },
      };
    },
    [Symbol.asyncDispose]: () => remote[Symbol.asyncDispose](),
  };
}

function toStory(text: string | undefined): Story {
  return text === undefined ? { states: [], data: [], gaps: [], shows: [] } : (JSON.parse(text) as Story);
}
