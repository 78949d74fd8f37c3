import { serveThread } from "./thread.ts";
import { Writer, type WriterCall, type WriterOptions, type WriterReport } from "./writer.ts";

serveThread<WriterOptions, WriterCall, WriterReport>((options, report) => {
  const writer = new Writer(options, report);
  return (calls) => writer.take(calls);
});
