import { BusBoard, type BusCall, type BusOptions, type Heard } from "./bus-board.ts";
import type { Reply } from "./calls.ts";
import { serveThread } from "./thread.ts";

serveThread<BusOptions, BusCall, Reply | Heard>((options, report) => {
  const board = new BusBoard(options, report);
  return (calls) => board.take(calls);
});
