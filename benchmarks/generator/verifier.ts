/** A process of subscribers that read every frame, may stop reading, and account for each event. See `VerifierRequest`. */
import { answer, until } from "./answering.ts";
import { VerifyingConnection, type Delivery } from "./verifying-connection.ts";

export type VerifierRequest =
  | { readonly kind: "connect"; readonly port: number; readonly connections: number; readonly delivery: Delivery }
  | { readonly kind: "pause" }
  | { readonly kind: "resume" }
  /** Waits until every connection has accounted for so many events, at most so long. */
  | { readonly kind: "report"; readonly events: number; readonly withinMs: number };

export interface VerifierReport {
  readonly received: number;
  /** Told as lost, with their exact number. */
  readonly dropped: number;
  /** Published, but neither received nor told as lost. */
  readonly unaccounted: number;
  /** Deliveries that do not continue the one before, events out of order or twice, and gaps without a number. */
  readonly broken: number;
  /** Connections that the server closed and that came back with their cursor. */
  readonly cameBack: number;
}

const connections: VerifyingConnection[] = [];

answer<VerifierRequest, VerifierReport>(async (request) => {
  switch (request.kind) {
    case "connect":
      for (let index = 0; index < request.connections; index += 1)
        connections.push(new VerifyingConnection(request.port, request.delivery));
      await Promise.all(connections.map(({ subscribed }) => subscribed));
      break;
    case "pause":
      for (const connection of connections) connection.pause();
      break;
    case "resume":
      for (const connection of connections) connection.resume();
      break;
    case "report":
      await until(() => connections.every(({ accounted }) => accounted >= request.events), request.withinMs);
      return report(request.events);
  }
  return report(0);
});

function report(expected: number): VerifierReport {
  const sum = (of: (connection: VerifyingConnection) => number): number =>
    connections.reduce((total, connection) => total + of(connection), 0);
  return {
    received: sum(({ received }) => received),
    dropped: sum(({ dropped }) => dropped),
    unaccounted: sum(({ accounted }) => Math.abs(expected - accounted)),
    broken: sum(({ broken }) => broken),
    cameBack: sum(({ cameBack }) => cameBack),
  };
}
