/** The reference server of Durable Streams on files. Answers an append when its data is on disk. */
import { DurableStreamTestServer } from "@durable-streams/server";

const server = new DurableStreamTestServer({ port: 0, host: "127.0.0.1", dataDir: "streams" });
await server.start();
console.log(`listening ${new URL(server.url).port} 0`);
process.on("SIGTERM", () => process.exit(0));
