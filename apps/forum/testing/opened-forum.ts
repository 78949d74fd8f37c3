import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createHub, type Hub } from "fanfare";
import { openApp, type Actor, type AppLogger, type Caller, type OpenedApp, type Service } from "fanfare/app";
import { memoryLog } from "fanfare/memory";
import { nodeRuntime, type Runtime } from "fanfare";
import { onTestFinished } from "vitest";
import { forum } from "../src/app.ts";
import { runTopics, threadTopics, viewerTopics } from "../src/contract/events.ts";
import type { forumRoutes } from "../src/contract/routes.ts";
import type { ForumOptions } from "../src/service/options.ts";

export type Forum = Service<typeof forumRoutes>;

/** A clock that stands still until it is moved. */
export interface Clock {
  now: number;
}

export interface OpenedForum {
  readonly service: Forum;
  readonly hub: Hub;
  readonly opened: OpenedApp<Forum>;
  /** The app's database. */
  readonly file: string;
  readonly clock: Clock;
  /** What was logged as an error. */
  readonly errors: readonly string[];
}

export interface OpenForumOptions extends ForumOptions {
  /** Milliseconds since 1970; default: time passes. */
  readonly now?: number;
  /** Default: a new one. */
  readonly file?: string;
}

/** A forum on a hub in memory; both end with the test. */
export async function openForum({
  now,
  file = scratchFile(),
  ...options
}: OpenForumOptions = {}): Promise<OpenedForum> {
  const hub = createHub({ log: memoryLog(), topics: [threadTopics, viewerTopics, runTopics] }) as unknown as Hub;
  const clock: Clock = { now: now ?? 0 };
  const errors: string[] = [];
  const logger: AppLogger = {
    debug: () => undefined,
    info: () => undefined,
    warn: () => undefined,
    error: (_fields, text) => void errors.push(text),
  };
  const runtime: Runtime = now === undefined ? nodeRuntime : { ...nodeRuntime, now: () => clock.now };
  const relay = { maxAttempts: 3, retryBaseMs: 1, retryMaxMs: 10 };
  const opened = await openApp(forum(options), { db: file, hub, sync: "normal", logger, runtime, relay });
  onTestFinished(async () => {
    await opened.close();
    await hub.close();
  });
  return { service: opened.service, hub, opened, file, clock, errors };
}

/** A path in a folder that goes away with the test. */
export function scratchFile(name = "forum.db"): string {
  const folder = mkdtempSync(join(tmpdir(), "fanfare-forum-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, name);
}

/** @example by("agent", "ada") */
export function by(type: Actor["type"], name: string): Caller {
  return { actor: { type, name } };
}

export const ADA: Caller = by("agent", "ada");
export const OTTO: Caller = by("operator", "otto");
export const HEDY: Caller = by("human", "hedy");
export const SYSTEM: Caller = by("system", "clockwork");
