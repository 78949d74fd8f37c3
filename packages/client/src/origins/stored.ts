import type { Origin } from "../core/origin.ts";
import type { Proof } from "../core/update.ts";
import { newest } from "./newest.ts";
import { readPlace, storageKey, writePlace } from "./storage.ts";
import type { FromStorage } from "./subscribe-options.ts";

/** Begins where the application was when it ran last. */
export function storedOrigin(
  { storage, key, after, scope }: FromStorage,
  report: (error: unknown) => void,
): Origin<never> {
  return {
    load: async () => readPlace(await storage.getItem(storageKey(key))) ?? { after, scope },
    keep: newest((proof: Proof) => storage.setItem(storageKey(key), writePlace(proof)), report),
  };
}
