import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import type { Question } from "./crowd-process.ts";
import type { Build } from "./daemon.ts";
import type { Account } from "./member.ts";

/** Processes are few where cores are. */
const PROCESSES = 2;

/** Many clients in processes of their own. */
export class Crowd {
  readonly #processes: readonly ChildProcess[];

  constructor({ flags }: Build) {
    const file = join(import.meta.dirname, "crowd-process.ts");
    this.#processes = Array.from({ length: PROCESSES }, () => fork(file, { execArgv: [...flags] }));
  }

  /** One client at each address, which follows the topic from now on; resolves when all are live. */
  async connect(urls: readonly string[], topic: string): Promise<void> {
    const share = Math.ceil(urls.length / PROCESSES);
    await this.#ask((index) => ({ ask: "connect", urls: urls.slice(index * share, (index + 1) * share), topic }));
  }

  /** What each client has got of these events, as soon as all have got the last of them, or when the time is up. */
  account(positions: readonly number[], withinMs: number): Promise<readonly Account[]> {
    return this.#ask(() => ({ ask: "account", positions, withinMs }));
  }

  close(): void {
    for (const process of this.#processes) process.kill("SIGKILL");
  }

  async #ask(question: (index: number) => Question): Promise<readonly Account[]> {
    const answers = await Promise.all(
      this.#processes.map(async (process, index) => {
        const answered = once(process, "message");
        const ended = once(process, "exit").then(([code]) => {
          throw new Error(`a process of clients ended with ${String(code)}`);
        });
        process.send(question(index));
        const [accounts] = (await Promise.race([answered, ended])) as [readonly Account[]];
        return accounts;
      }),
    );
    return answers.flat();
  }
}
