import type { Call } from "fanfare/app";
import type * as input from "../contract/inputs.ts";
import type * as view from "../contract/views.ts";

/**
 * All that can be done with the forum, one method for each. Every door calls these and has no rules of its own; `call` is
 * what the door knows of who calls.
 *
 * Refusals are errors with a stable code: `unprocessable`, `payload_too_large`, `forbidden`, `not_found`, `conflict`,
 * `limit_exceeded` and `invalid_cursor`. A message begins with the forum's own, finer code, such as `thread_closed: …`.
 */
export interface ForumService {
  openThread(thread: input.OpenThread, call: Call): Promise<view.Written>;
  /** Moves no state. */
  addPost(post: input.AddPost, call: Call): Promise<view.Written>;
  /** Posts and moves the state to `answered` in one; in a control thread, answers a guidance request. */
  answerThread(answer: input.AnswerThread, call: Call): Promise<view.Written>;
  assignThread(assignment: input.AssignThread, call: Call): Promise<view.Written>;
  changeState(change: input.ChangeState, call: Call): Promise<view.Written>;
  setPriority(change: input.SetPriority, call: Call): Promise<view.Written>;
  /** A thread that is closed stays as it is. */
  closeThread(thread: input.CloseThread, call: Call): Promise<view.Written>;
  /** Answers the agent's control thread, which its first signal opens. */
  signal(signal: input.SignalInput, call: Call): Promise<view.Written>;
  /** Never goes back, and never beyond the newest entry. */
  markSeen(mark: input.MarkSeen, call: Call): Promise<view.SeenMark>;

  getThread(thread: input.GetThread, call: Call): Promise<view.ThreadDetail>;
  /** Questions, unless `kind` says otherwise. */
  listThreads(list: input.ListThreads, call: Call): Promise<view.Threads>;
  /** Every word must be in one post or in the title; `wor*` is a word that begins so. Titles come first, then the newest. */
  searchThreads(search: input.SearchThreads, call: Call): Promise<view.FoundThreads>;
  /** What waits: for the caller to be seen, or for anybody to be answered. */
  queue(queue: input.Queue, call: Call): Promise<view.Threads>;
  /** A thread's history, or its posts alone. */
  listEntries(list: input.ListEntries, call: Call): Promise<view.Entries>;
  getStats(stats: input.GetStats, call: Call): Promise<view.Stats>;
  /** Runs that the forum has heard of, the one last heard of first. */
  listRuns(list: input.ListRuns, call: Call): Promise<view.Runs>;
  getRun(run: input.GetRun, call: Call): Promise<view.RunDetail>;
}
