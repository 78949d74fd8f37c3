import type { Reply } from "./calls.ts";
import { Reader, type ReaderCall, type ReaderOptions } from "./reader.ts";
import { serveThread } from "./thread.ts";

serveThread<ReaderOptions, ReaderCall, Reply>((options, report) => {
  const reader = new Reader(options, report);
  return (calls) => reader.take(calls);
});
