import { CLOSE_CODES, type RequestFrame } from "@fanfare/protocol";
import type { LinkEnd, Transport } from "../core/link.ts";
import type { FromTab, Knock, Leads, ToTab } from "./message.ts";
import { Switchboard } from "./switchboard.ts";

/** Serves the tabs of a group over one link; only for who holds the lock of the group's name. Answers what ends it. */
export function lead(group: string, transport: Transport): () => void {
  const leads: Leads = { leader: crypto.randomUUID() };
  const board = new Switchboard(transport);
  const tabs = new Map<string, () => void>();
  const hall = new BroadcastChannel(group);
  hall.onmessage = ({ data }: MessageEvent<Knock | Leads>) => {
    // A tab knocks twice when it hears of its new leader while its first knock is under way.
    if ("leader" in data || tabs.has(data.id)) return;
    const { id } = data;
    tabs.set(
      id,
      serve(group, data, board, leads, () => tabs.delete(id)),
    );
  };
  hall.postMessage(leads);
  return () => {
    hall.close();
    for (const leave of [...tabs.values()]) leave();
  };
}

/** Answers what ends it. */
function serve(
  group: string,
  { id, door, waiting }: Knock,
  board: Switchboard,
  leads: Leads,
  gone: () => void,
): () => void {
  const name = group + id;
  const channel = new BroadcastChannel(name);
  const tell = (message: ToTab): void => channel.postMessage(message);
  let unread = 0;
  const leave = (): void => {
    link.close();
    channel.close();
    gone();
  };
  const closed = (end: LinkEnd): void => {
    tell({ end });
    leave();
  };
  const link = board.open(door, {
    received(frame) {
      unread += 1;
      if (unread > waiting) closed({ code: CLOSE_CODES.stalled, reason: "the tab took nothing for too long" });
      else tell(frame);
    },
    closed,
  });
  channel.onmessage = ({ data }: MessageEvent<FromTab>) => {
    if (typeof data === "number") unread -= data;
    else link.send(JSON.parse(data) as RequestFrame);
  };
  tell(leads);
  // The tab holds it as long as it wants to be served, and as long as it lives.
  void navigator.locks.request(name, leave);
  return leave;
}
