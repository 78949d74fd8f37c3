import { formatCursor, toEpoch, toPosition } from "@fanfare/protocol";
import { expect, test } from "vitest";
import { OPEN } from "../../core/identity.ts";
import type { Session } from "../../core/session.ts";
import { execute, type Outcome } from "./requests.ts";
import type { Request } from "./rpc.ts";

const cursor = formatCursor(toEpoch("k3x"), toPosition(1));
const reports: unknown[] = [];

function run(session: Partial<Session>, request: Request): Promise<Outcome> {
  return execute(
    session as Session,
    request,
    async () => OPEN,
    (error) => void reports.push(error),
  );
}

test("a subscription starts only once its answer is made", async () => {
  const steps: string[] = [];
  const session: Partial<Session> = {
    subscribe: async ({ subscription }) => ({
      result: { subscription, cursor, scope: "s", head: cursor, recovered: true },
      start: () => void steps.push("start"),
    }),
  };
  const outcome = await run(session, {
    kind: "request",
    id: 1,
    method: "subscribe",
    params: { subscription: "x", topics: ["a"] },
  });
  expect(outcome.answer).toMatchObject({ id: 1, result: { subscription: "x", cursor } });
  expect(steps).toEqual([]);
  outcome.afterwards?.();
  expect(steps).toEqual(["start"]);
});

test("a failure that is not the client's is reported, and its message stays here", async () => {
  const failure = new Error("secret path");
  const session: Partial<Session> = {
    publish: async () => {
      throw failure;
    },
  };
  const request: Request = { kind: "request", id: 7, method: "publish", params: { topic: "a", events: [] } };
  const { answer } = await run(session, request);
  expect(answer).toMatchObject({ id: 7, error: { code: -32_000, data: { code: "internal", status: 500 } } });
  expect(JSON.stringify(answer)).not.toContain("secret");
  expect(reports).toEqual([failure]);
  expect((await run(session, { ...request, id: undefined })).answer).toBeUndefined();
});
