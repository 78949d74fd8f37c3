import type { EncodedDelivery } from "../core/ports/connection.ts";

/** The params of `deliver` as JSON text, around events that are already written. */
export function deliveryJson({ subscription, prev, gap, entries, cursor }: EncodedDelivery): string {
  let events = "";
  for (const entry of entries) events += events === "" ? entry.json : `,${entry.json}`;
  const said = gap === undefined ? "" : `"gap":${JSON.stringify(gap)},`;
  return `{"subscription":${JSON.stringify(subscription)},"prev":"${prev}",${said}"events":[${events}],"cursor":"${cursor}"}`;
}
