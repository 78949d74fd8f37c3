import type { Brand } from "@fanfare/protocol";

/** A thread's name: one token of a topic, up to 64 characters; a UUIDv7 unless whoever opens it gives another. */
export type ThreadId = Brand<string, "ThreadId">;
/** What a thread belongs to: any text of up to 64 characters, compared as it is written. */
export type Ticket = Brand<string, "Ticket">;
/** One undertaking in which agents work. */
export type RunId = Brand<string, "RunId">;
/** An agent's name within its run. */
export type AgentName = Brand<string, "AgentName">;
/** One question of an agent, unique within its control thread. */
export type RequestId = Brand<string, "RequestId">;
/** One start of an agent within its run: what was completed in an attempt says nothing about the next. */
export type AttemptId = Brand<string, "AttemptId">;
