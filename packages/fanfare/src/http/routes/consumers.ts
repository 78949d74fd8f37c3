import { acknowledgement } from "../../contract/consumers.ts";
import { checkShape } from "../../contract/shape.ts";
import { defineRoute, json, type Route } from "../route.ts";

export function ackRoute(): Route {
  return defineRoute<unknown, { readonly cursor: string }>({
    method: "POST",
    path: "/api/v1/consumers/{name}/ack",
    operation: "acknowledge",
    summary: "Move a named durable consumer on",
    description: "It never goes back; the answer says where it is then.",
    access: "guarded",
    params: { name: "The consumer's name, one's own." },
    bodies: {
      "application/json": {
        schema: acknowledgement,
        read: (value) => checkShape(acknowledgement, value, { name: "ack", code: "invalid_request" }),
      },
    },
    answers: { 200: { description: "Where the consumer is now.", schema: acknowledgement } },
    problems: ["invalid_cursor", "invalid_ack", "not_found", "unavailable"],
    async handle({ services: { hub }, params, body, identity }) {
      return json({ cursor: await hub.ack(params["name"] ?? "", body.cursor, { as: identity }) });
    },
  });
}
