import { defineConfig } from "fanfare/daemon";

// What `npm start` and `npx --no -- fanfare serve` run with in this repository. Every key has a default; flags and the
// environment win over what stands here.
export default defineConfig({});
