import type { OutboxCase } from "./outbox-case.ts";
import { amendingCases, keepingCases } from "./outbox-keeping.ts";
import { leasingCases, sharingCases } from "./outbox-leasing.ts";

/** Every MUST of the `OutboxStore` port. Run it with a neighbour that is another handle or another process. */
export const outboxConformance: readonly OutboxCase[] = [
  ...leasingCases,
  ...sharingCases,
  ...keepingCases,
  ...amendingCases,
];
