import type { Hub } from "../core/hub.ts";
import type { Caller } from "./call.ts";

/** What an app's commands are made with. */
export interface AppCli<Service> {
  /**
   * Wraps the action of a command: its service is opened by the command's options and closed again. Every such command has
   * `--server`, `--token`, `--db`, `--actor` and `--json`.
   *
   * @example
   * program
   *   .command("add <text>")
   *   .action(cli.action(async ({ service, caller, print }, text: string) => {
   *     print((await service.addNote({ text }, caller)).id);
   *   }));
   */
  action<Args extends readonly unknown[]>(
    work: (run: CommandRun<Service>, ...args: Args) => Promise<void>,
  ): (...args: Args) => Promise<void>;
}

/** One command at work. */
export interface CommandRun<Service> {
  /** `remote` with `--server`, which is the default; `local` with `--db FILE`. */
  readonly service: Service;
  /** With the actor of `--actor TYPE:NAME` or FANFARE_ACTOR: for the service's methods. */
  readonly caller: Caller;
  readonly where: Where;
  /** Print documents in place of words. */
  readonly json: boolean;
  /** Aborted by the first interrupt. */
  readonly signal: AbortSignal;
  /** A line of the answer, on standard output. */
  print(line: string): void;
  /** A document of the answer, on one line. */
  printJson(document: unknown): void;
  /** A line about the work, on standard error. */
  note(line: string): void;
  /** Foreign text on one line, with nothing in it that could move a terminal's cursor. */
  plain(text: string): string;
  /** Columns under their titles. */
  table(titles: readonly string[], rows: readonly (readonly (string | number)[])[]): string;
}

/** Where the service of a command is. */
export type Where =
  | { readonly kind: "remote"; readonly url: URL; readonly token: string | undefined }
  | { readonly kind: "local"; readonly hub: Hub };
