/** The components that tests look at: what an application would write, with options inline. */
import { Activity, createElement, type ReactNode } from "react";
import type { Client, Handler } from "@fanfare/client";
import { useConnectionState, useEvents, useSubscription, type Reducer, type ViewStatus } from "@fanfare/client/react";
import type { FanfareEvent } from "@fanfare/protocol";

/** What a test says about a scene; all of it may be another one at the next render. */
export interface Props {
  readonly client: Client;
  /** The address of the client's hub. */
  readonly hub: string;
  readonly topic: string;
  readonly kinds?: readonly string[];
  readonly limit?: number;
  readonly hidden?: boolean;
  /** For the scene with a handler. */
  readonly handler?: Handler<FanfareEvent>;
}

/** Positions of events, and reasons of gaps, in the order in which they were told. */
type Told = readonly string[];

const tell: Reducer<Told, FanfareEvent> = (told, update) => {
  switch (update.kind) {
    case "events":
      return [...told, ...update.events.map(({ position }) => String(position))];
    case "gap":
      return [...told, update.gap.reason];
  }
};

function List({ client, topic, kinds, limit }: Props): ReactNode {
  const filter = kinds === undefined ? undefined : { in: { kind: kinds } };
  const { events, gap, status } = useEvents(client, { topics: [topic], filter, after: "start" }, { limit });
  return show(
    events.map(({ position }) => String(position)),
    status,
    gap?.reason,
  );
}

function Folded({ client, topic, kinds }: Props): ReactNode {
  const filter = kinds === undefined ? undefined : { in: { kind: kinds } };
  const [told, status] = useSubscription(client, { topics: [topic], filter, after: "start" }, tell, []);
  return show(told, status);
}

/** Another place in the page, which can be put aside and brought back. */
function Hidden({ hidden = false, ...props }: Props): ReactNode {
  return createElement(Activity, { mode: hidden ? "hidden" : "visible", children: createElement(Folded, props) });
}

/** Begins with the positions that a page of the log has. */
function Loaded({ client, hub, topic }: Props): ReactNode {
  const [told, status] = useSubscription(
    client,
    { topics: [topic], snapshot: (signal) => load(hub, topic, signal) },
    (positions: Told, update) => {
      if (update.kind === "snapshot") return [`loaded ${topic}`, ...update.state];
      return update.kind === "events"
        ? [...positions, ...update.events.map(({ position }) => String(position))]
        : positions;
    },
    [],
  );
  return show(told, status);
}

async function load(hub: string, topic: string, signal: AbortSignal): Promise<{ state: Told; cursor: string }> {
  const response = await fetch(`${hub}/api/v1/events?topic=${topic}`, { signal });
  const page = (await response.json()) as { events: readonly FanfareEvent[]; cursor: string };
  return { state: page.events.map(({ position }) => String(position)), cursor: page.cursor };
}

function Handled({ client, topic, handler = () => {} }: Props): ReactNode {
  const status = useSubscription(client, { topics: [topic], after: "start" }, handler);
  return show([], status);
}

function Connected({ client, topic }: Props): ReactNode {
  const { state } = useConnectionState(client);
  const { events, status } = useEvents(client, { topics: [topic] });
  return createElement(
    "div",
    undefined,
    createElement("b", { id: "connection" }, state),
    show(events.map(String), status),
  );
}

function show(told: Told, status: ViewStatus, gap = ""): ReactNode {
  return createElement(
    "p",
    undefined,
    createElement("span", { id: "told" }, told.join(" ")),
    createElement("b", { id: "status" }, status.state),
    createElement("i", { id: "gap" }, gap),
    createElement("em", { id: "error" }, status.error?.message ?? ""),
  );
}

export const scenes = { List, Folded, Hidden, Loaded, Handled, Connected };

export type Scene = keyof typeof scenes;
