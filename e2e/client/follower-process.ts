/**
 * An application that follows topic `a` and remembers in a file where it is. Arguments: the hub's address, `websocket` or
 * `sse`, the file. It prints the data of every event as a line, and publishes one event when it is live.
 */
import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { createClient, eventStream, webSocket } from "@fanfare/client";

const [url = "", transport, file = ""] = process.argv.slice(2);

const storage = {
  getItem: () => {
    try {
      return readFileSync(file, "utf8");
    } catch {
      return null;
    }
  },
  // A process that is killed while it writes a file leaves an empty one.
  setItem: (_key: string, value: string) => {
    writeFileSync(`${file}.new`, value);
    renameSync(`${file}.new`, file);
  },
};

const client = createClient({
  url,
  transports: [transport === "sse" ? eventStream() : webSocket()],
  pause: { firstMs: 20, longestMs: 100 },
});
await client.publish("published", { type: "t", data: "by an application" });
client.subscribe({ topics: ["a"], after: "start", storage, key: "a" }, (update) => {
  if (update.kind !== "events") return console.log(JSON.stringify(update));
  for (const { data } of update.events) console.log(Number(data));
  return undefined;
});
