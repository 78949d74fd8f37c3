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
    async load() {
      const text = await storage.getItem(storageKey(key));
      const place = readPlace(text);
      if (place !== undefined) return place;
      // What was missed cannot be known any more: nobody should think that nothing was.
      if (typeof text === "string")
        report(new TypeError(`storage: what is kept under "${key}" is no place to go on at`));
      return { after, scope };
    },
    keep: newest((proof: Proof) => storage.setItem(storageKey(key), writePlace(proof)), report),
  };
}
