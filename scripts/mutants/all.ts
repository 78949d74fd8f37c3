import { accessMutants } from "./access.ts";
import { clientMutants } from "./client.ts";
import { deliveryMutants } from "./delivery.ts";
import { gapMutants } from "./gaps.ts";
import { judgeMutants } from "./judges.ts";
import type { Mutant } from "./mutant.ts";
import { storeMutants } from "./stores.ts";

/** Every mechanism that a promise rests on has one here. */
export const allMutants: readonly Mutant[] = [
  ...deliveryMutants,
  ...gapMutants,
  ...accessMutants,
  ...storeMutants,
  ...judgeMutants,
  ...clientMutants,
];
