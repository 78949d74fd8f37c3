import { appendCases } from "./log-append.ts";
import type { LogCase } from "./log-case.ts";
import { closeCases } from "./log-close.ts";
import { followCases } from "./log-follow.ts";
import { identityCases } from "./log-identity.ts";
import { readCases } from "./log-read.ts";
import { retentionCases } from "./log-retention.ts";

/** Every MUST of the `Log` port. Run it with a neighbour that is the handle itself, another handle, another process. */
export const logConformance: readonly LogCase[] = [
  ...appendCases,
  ...identityCases,
  ...readCases,
  ...followCases,
  ...retentionCases,
  ...closeCases,
];
