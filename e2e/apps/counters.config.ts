import { defineConfig } from "fanfare/daemon";
import { counters } from "./counters.ts";

export default defineConfig({ apps: [counters], relay: { retryBaseMs: 10 } });
