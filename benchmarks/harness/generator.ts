import type { ChildProcess } from "node:child_process";
import { join } from "node:path";
import type { Answer } from "../generator/answering.ts";
import type { PublisherReport, PublisherRequest } from "../generator/publisher.ts";
import type { ReaderReport, ReaderRequest } from "../generator/reader.ts";
import type { VerifierReport, VerifierRequest } from "../generator/verifier.ts";
import { startNode, stop } from "./child.ts";
import { usageOf, type Usage } from "./usage.ts";

/** A process that makes load; asked one thing at a time. */
export interface Generator<Request, Report> {
  ask(request: Request): Promise<Report>;
  usage(): Usage;
  stop(): Promise<void>;
}

const folder = join(import.meta.dirname, "..", "generator");

export function startReader(): Generator<ReaderRequest, ReaderReport> {
  return start("reader.ts");
}

export function startPublisher(): Generator<PublisherRequest, PublisherReport> {
  return start("publisher.ts");
}

export function startVerifier(): Generator<VerifierRequest, VerifierReport> {
  return start("verifier.ts");
}

function start<Request extends object, Report>(file: string): Generator<Request, Report> {
  const child = startNode({ arguments: [join(folder, file)] }, ["ignore", "inherit", "inherit", "ipc"]);
  return {
    ask: (request) => ask(child, request),
    usage: () => usageOf(child.pid ?? 0),
    stop: () => stop(child),
  };
}

function ask<Report>(child: ChildProcess, request: object): Promise<Report> {
  return new Promise((resolve, reject) => {
    const settle = (finish: () => void): void => {
      child.off("message", onMessage).off("exit", onExit);
      finish();
    };
    const onMessage = (message: unknown): void => {
      const answer = message as Answer<Report>;
      settle(() => (answer.ok ? resolve(answer.value) : reject(new Error(answer.error))));
    };
    const onExit = (code: number | null): void => settle(() => reject(new Error(`a generator ended with ${code}`)));
    child.on("message", onMessage).on("exit", onExit);
    child.send(request);
  });
}
