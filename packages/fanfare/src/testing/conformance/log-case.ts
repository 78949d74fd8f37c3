import assert from "node:assert/strict";
import type { ProblemCode } from "@fanfare/protocol";
import type { Log, LogCapabilities } from "../../core/ports/log.ts";
import { handlesCase, type ConformanceCase, type Handles, type PortStore } from "./conformance-case.ts";

export type LogStore = PortStore<Log>;
export type LogCase = ConformanceCase<LogStore, LogCapabilities>;

/** A case on two handles of one log, which was empty at first. */
export function logCase(name: string, body: (log: Log, other: Log, handles: Handles<Log>) => Promise<void>): LogCase {
  return handlesCase<Log>(name, (handles) => body(handles.handle, handles.other, handles));
}

/** A case for logs that know an id as long as they promise, not for a window only. */
export function logWideIdCase(name: string, body: Parameters<typeof logCase>[1]): LogCase {
  return { ...logCase(name, body), when: ({ idempotency }) => idempotency === "log" };
}

export async function assertRejects(work: Promise<unknown>, code: ProblemCode): Promise<void> {
  await assert.rejects(work, (error) => error instanceof Error && "code" in error && error.code === code);
}
