import { randomUUID } from "node:crypto";
import type { Seen } from "./verdict.ts";
import type { WebhookRow } from "./webhooks.ts";

/** A webhook with the place that the log gave it. */
export type Published = Seen & { readonly row: WebhookRow };

/** Webhooks come from many sides at once. */
const PUBLISHERS = 4;

/** Publishes each row by itself, several at a time: only the answers tell in which order they came to lie. */
export async function publishAll(
  server: URL,
  headers: Readonly<Record<string, string>>,
  rows: readonly WebhookRow[],
): Promise<readonly Published[]> {
  const published: Published[] = [];
  const left = rows.values();
  const publisher = async (): Promise<void> => {
    for (const row of left) published.push({ ...(await publish(server, headers, row)), row });
  };
  await Promise.all(Array.from({ length: PUBLISHERS }, publisher));
  return published;
}

async function publish(server: URL, headers: Readonly<Record<string, string>>, row: WebhookRow): Promise<Seen> {
  const { topic, ...event } = row;
  const id = randomUUID();
  const response = await fetch(new URL(`api/v1/topics/${topic}/events`, server), {
    method: "POST",
    headers: { ...headers, "content-type": "application/json" },
    body: JSON.stringify({ id, ...event }),
  });
  if (!response.ok) throw new Error(`a publish was answered ${response.status}: ${await response.text()}`);
  const { events } = (await response.json()) as { readonly events: readonly [Seen] };
  return { id, position: events[0].position };
}
