import { uptime, version as node } from "node:process";
import type { Probe } from "../http/probe.ts";
import { version } from "./version.ts";

/** Tells operators what runs here and since when; that it answers is all there is to its state. */
export function processProbe(): Probe {
  const figures = { name: "fanfare", version: version(), node };
  return {
    name: "process",
    check: async () => ({ state: "ok", figures: { ...figures, uptimeSeconds: Math.floor(uptime()) } }),
  };
}
