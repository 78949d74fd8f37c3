import { defineConfig } from "fanfare/daemon";

// What `npm start` and `npx --no -- fanfare serve` run with in this repository. Every key has a default; flags and the
// environment win over what stands here.
export default defineConfig({
  // What runs beside the log: each app below /api/v1/<name> and /<name>, with a file of its own.
  apps: [],
});
