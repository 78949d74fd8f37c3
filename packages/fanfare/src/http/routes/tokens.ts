import { checkShape } from "../../contract/shape.ts";
import { revocation, revoked } from "../../contract/tokens.ts";
import type { RevokeTarget } from "../../core/hub.ts";
import { defineRoute, json, type Route } from "../route.ts";

export function revokeRoute(): Route {
  return defineRoute<unknown, RevokeTarget>({
    method: "POST",
    path: "/api/v1/tokens/revoke",
    operation: "revokeTokens",
    summary: "Refuse credentials from now on",
    description:
      "By `jti` one token, by `sub` all that were issued up to now. Ends what is open in every process, and is kept across restarts. Needs a grant of admin.",
    access: "guarded",
    bodies: {
      "application/json": {
        schema: revocation,
        read: (value) => checkShape(revocation, value, { name: "revocation", code: "invalid_request" }),
      },
    },
    answers: { 200: { description: "Refused.", schema: revoked } },
    problems: ["forbidden", "unavailable"],
    async handle({ services: { hub }, body, identity }) {
      return json(await hub.revoke(body, { as: identity }));
    },
  });
}
