import { once } from "node:events";
import { createServer, type AddressInfo } from "node:net";
import { createElement, type ReactNode } from "react";
import { renderToString } from "react-dom/server";
import { expect, onTestFinished, test } from "vitest";
import { createClient, type Client } from "../index.ts";
import { useConnectionState, useEvents, useSubscription } from "./index.ts";

/** A client of a door that counts who knocks. */
async function clientOfDoor(): Promise<{ readonly client: Client; readonly knocks: () => number }> {
  let count = 0;
  const door = createServer((socket) => {
    count += 1;
    socket.destroy();
  });
  await once(door.listen(0, "127.0.0.1"), "listening");
  const client = createClient({ url: `http://127.0.0.1:${(door.address() as AddressInfo).port}` });
  onTestFinished(() => {
    client.close();
    door.close();
  });
  return { client, knocks: () => count };
}

function render(page: () => ReactNode): string {
  return renderToString(createElement(page));
}

test("a server's render opens nothing, loads nothing and shows the first state", async () => {
  const { client, knocks } = await clientOfDoor();
  let loads = 0;
  const page = (): ReactNode => {
    const { events, gap, status } = useEvents(client, { topics: ["orders.>"] });
    const snapshot = (): never => {
      loads += 1;
      throw new Error("loaded on a server");
    };
    const [sum, summed] = useSubscription(client, { topics: ["orders.>"], snapshot }, (before: number) => before, 7);
    const handled = useSubscription(client, { topics: ["orders.>"] }, () => {});
    const connection = useConnectionState(client);
    return JSON.stringify([events, gap, status.state, sum, summed.state, handled.state, connection]);
  };
  const html = render(page);
  expect(render(page)).toBe(html);
  const shown = JSON.parse(html.replaceAll("&quot;", '"')) as unknown;
  expect(shown).toEqual([[], null, "waiting", 7, "waiting", "waiting", { state: "idle" }]);
  expect(client.state.value).toEqual({ state: "idle" });
  expect([loads, knocks()]).toEqual([0, 0]);
});

test("a server shows idle also for a client that is connecting, so that the browser finds what it would show itself", async () => {
  const { client } = await clientOfDoor();
  client.start();
  expect(client.state.value.state).toBe("connecting");
  expect(render(() => useConnectionState(client).state)).toBe("idle");
});

test.for([0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY])("a list of %d events is refused", async (limit) => {
  const { client } = await clientOfDoor();
  const page = (): ReactNode => useEvents(client, { topics: [">"] }, { limit }).events.length;
  expect(() => render(page)).toThrow(`limit: ${limit} is no integer of at least 1`);
});
