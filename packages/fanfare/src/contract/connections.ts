import { z } from "zod";
import type { ConnectionInfo } from "../core/hub.ts";

const count = z.int().min(0);

const subscription = z
  .strictObject({
    subscription: z.string(),
    topics: z.array(z.string()),
    cursor: z.string(),
    lag: count.meta({ description: "Positions between the cursor and the newest event." }),
    state: z.enum(["live", "catching-up"]),
    policy: z.enum(["complete", "latest", "conflate"]),
    dropped: count.meta({ description: "Events that the policy has dropped so far." }),
    consumer: z.string().optional(),
  })
  .meta({ id: "SubscriptionInfo" });

const connection = z
  .strictObject({
    connection: z.string(),
    transport: z.enum(["websocket", "sse", "process"]),
    sub: z.string(),
    profile: z.string(),
    remote: z.string().optional(),
    since: z.iso.datetime(),
    stalledSince: z.iso.datetime().optional(),
    subscriptions: z.array(subscription),
  })
  .meta({ id: "ConnectionInfo" });

export const connectionsList: z.ZodType<{ readonly connections: readonly ConnectionInfo[] }> = z
  .strictObject({ connections: z.array(connection) })
  .meta({ id: "ConnectionsList" }) as unknown as z.ZodType<{ readonly connections: readonly ConnectionInfo[] }>;
