import type { Acknowledged, Origin } from "../core/origin.ts";
import type { Proof } from "../core/update.ts";
import { newest } from "./newest.ts";

/** Goes on where the hub's durable consumer is, and moves it by what the application has dealt with. */
export function consumedOrigin(origin: Origin<never> = {}): Origin<never> {
  // What is lost with a link is covered by the next one.
  const ack = newest(
    ({ proof, subscription }: { readonly proof: Proof; readonly subscription: Acknowledged }) =>
      subscription.ack(proof.cursor),
    () => {},
  );
  return {
    ...origin,
    keep(proof, subscription) {
      origin.keep?.(proof, subscription);
      ack({ proof, subscription });
    },
  };
}
