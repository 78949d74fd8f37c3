import { z } from "zod";
import { accessToken } from "./access-token.ts";
import { defineQuery, type Query } from "./query.ts";

/** What a WebSocket's address may ask for. */
export interface ConnectionQuery {
  readonly profile?: string | undefined;
  readonly access_token?: string | undefined;
}

export const connectionQuery: Query<ConnectionQuery> = defineQuery({
  profile: z.string().optional().meta({ description: "Name of the wanted profile. Default `default`." }),
  access_token: accessToken,
});
