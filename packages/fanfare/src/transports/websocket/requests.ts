import { formatTime, type ErrorFrame, type RenewResult, type ResultFrame, type Responses } from "@fanfare/protocol";
import type { Identity } from "../../core/identity.ts";
import type { Credentials } from "../../core/ports/authenticator.ts";
import type { Renewal, Session } from "../../core/session.ts";
import { errorFrame, type Request } from "./rpc.ts";

/** Finds out who shows these credentials; throws `FanfareError` when nobody may come in with them. */
export type Identify = (credentials: Credentials) => Promise<Identity>;

/** What a request came to. */
export interface Outcome {
  /** Absent for a notification. */
  readonly answer: ResultFrame | ErrorFrame | undefined;
  /** What may only happen once the answer is on its way. */
  readonly afterwards?: (() => void) | undefined;
}

/** Does what the request asks for. Never rejects: a failure is the answer, and one that is not the client's is reported. */
export async function execute(
  session: Session,
  request: Request,
  identify: Identify,
  report: (error: unknown) => void,
): Promise<Outcome> {
  const { id } = request;
  try {
    const { result, afterwards } = await perform(session, request, identify);
    return { answer: id === undefined ? undefined : { jsonrpc: "2.0", id, result }, afterwards };
  } catch (error) {
    const frame = errorFrame(id ?? null, error);
    if (frame.error.data.code === "internal") report(error);
    return { answer: id === undefined ? undefined : frame };
  }
}

interface Performed {
  readonly result: Responses[Request["method"]];
  readonly afterwards?: () => void;
}

async function perform(session: Session, request: Request, identify: Identify): Promise<Performed> {
  switch (request.method) {
    case "subscribe": {
      const opening = await session.subscribe(request.params);
      return { result: opening.result, afterwards: () => opening.start() };
    }
    case "unsubscribe": {
      const { subscription } = request.params;
      return { result: { subscription, cursor: session.unsubscribe(subscription) } };
    }
    case "publish":
      return { result: await session.publish(request.params.topic, request.params.events) };
    case "ack":
      return { result: { cursor: await session.ack(request.params.subscription, request.params.cursor) } };
    case "signal":
      session.signal(request.params);
      return { result: {} };
    case "renew": {
      const identity = await identify({ token: request.params.token, cookie: undefined });
      return { result: renewResult(session.renew(identity)) };
    }
    case "ping":
      return { result: { time: formatTime(session.now()) } };
  }
}

function renewResult({ expires, scopes }: Renewal): RenewResult {
  return {
    ...(expires === undefined ? {} : { expires: formatTime(expires) }),
    ...(Object.keys(scopes).length === 0 ? {} : { scopes }),
  };
}
