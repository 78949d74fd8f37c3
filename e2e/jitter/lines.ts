import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { Chance } from "fanfare/testing";

/** How connections are cut. */
export interface Cuts {
  /** Milliseconds from one cut to the next, on average; each is between half of that and half as much again. */
  readonly everyMs: number;
  /** Milliseconds for which nobody is let through after a cut. */
  readonly awayMs: number;
  readonly seed: number;
}

/** A way to a server on this machine, for one client, that can be cut. */
class Line {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #away = false;

  constructor(port: number) {
    this.#server = createServer({ noDelay: true }, (socket) => {
      if (this.#away) return void socket.resetAndDestroy();
      const inner = connect({ port, host: "127.0.0.1", noDelay: true });
      this.#tie(socket, inner);
      this.#tie(inner, socket);
    });
  }

  async open(): Promise<string> {
    await once(this.#server.listen(0, "127.0.0.1"), "listening");
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Breaks what is open, in the middle of a frame if need be, and lets nobody through until `mend`. */
  cut(): void {
    this.#away = true;
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }

  mend(): void {
    this.#away = false;
  }

  close(): void {
    this.cut();
    this.#server.close();
  }

  #tie(from: Socket, to: Socket): void {
    this.#sockets.add(from);
    from.on("error", () => to.destroy());
    from.on("close", () => {
      this.#sockets.delete(from);
      to.destroy();
    });
    from.pipe(to);
  }
}

/** Lines of many clients to one server, each cut by a chance of its own. */
export class Lines {
  readonly #lines: readonly Line[];
  readonly #timers = new Map<Line, NodeJS.Timeout>();
  #cuts = 0;

  constructor(port: number, count: number) {
    this.#lines = Array.from({ length: count }, () => new Line(port));
  }

  /** Cuts that were made. */
  get cuts(): number {
    return this.#cuts;
  }

  /** The address of each line's near end. */
  open(): Promise<readonly string[]> {
    return Promise.all(this.#lines.map((line) => line.open()));
  }

  startCutting({ everyMs, awayMs, seed }: Cuts): void {
    for (const [index, line] of this.#lines.entries()) {
      const chance = new Chance(seed * this.#lines.length + index);
      const next = (ms: number): void => {
        const timer = setTimeout(() => {
          this.#cuts += 1;
          line.cut();
          this.#timers.set(
            line,
            setTimeout(() => {
              line.mend();
              next(everyMs * (0.5 + chance.next()) - awayMs);
            }, awayMs),
          );
        }, ms);
        this.#timers.set(line, timer);
      };
      // As if it had gone on for a while.
      next(everyMs * chance.next());
    }
  }

  /** Lets everybody through, for good. */
  stopCutting(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer);
    for (const line of this.#lines) line.mend();
  }

  close(): void {
    this.stopCutting();
    for (const line of this.#lines) line.close();
  }
}
