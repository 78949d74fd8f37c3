import type { ForumDatabase } from "../store/database.ts";
import type { Clock } from "./commit.ts";
import type { ForumService } from "./forum-service.ts";
import type { ForumSettings } from "./options.ts";
import { ForumReads } from "./reads.ts";
import { ForumWrites } from "./writes.ts";

/** The forum on its database, in this process. */
export function localForum(db: ForumDatabase, { limits, docsFolder }: ForumSettings, clock: Clock): ForumService {
  const writes = new ForumWrites(db, { limits, docsSync: docsFolder !== undefined }, clock);
  const reads = new ForumReads(db, limits);
  return {
    openThread: (thread, call) => writes.openThread(thread, call),
    addPost: (post, call) => writes.addPost(post, call),
    answerThread: (answer, call) => writes.answerThread(answer, call),
    assignThread: (assignment, call) => writes.assignThread(assignment, call),
    changeState: (change, call) => writes.changeState(change, call),
    setPriority: (change, call) => writes.setPriority(change, call),
    closeThread: (thread, call) => writes.closeThread(thread, call),
    signal: (signal, call) => writes.signal(signal, call),
    markSeen: (mark, call) => writes.markSeen(mark, call),
    getThread: (thread, call) => reads.getThread(thread, call),
    listThreads: (list, call) => reads.listThreads(list, call),
    searchThreads: (search, call) => reads.searchThreads(search, call),
    queue: (queue, call) => reads.queue(queue, call),
    listEntries: (list, call) => reads.listEntries(list, call),
    getStats: (stats, call) => reads.getStats(stats, call),
    listRuns: (list, call) => reads.listRuns(list, call),
    getRun: (run, call) => reads.getRun(run, call),
  };
}
