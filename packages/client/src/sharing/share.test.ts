import { expect, test } from "vitest";
import { webSocket } from "../transports/websocket.ts";
import { shareTabs } from "./share.ts";

test("where there are no tabs the connection is a client's own", () => {
  const own = webSocket();
  expect(shareTabs(own)).toBe(own);
});

test("a tab for which nothing may wait is refused", () => {
  expect(() => shareTabs(webSocket(), { waitingFrames: 0 })).toThrow(
    new RangeError("waitingFrames: 0, must be at least 1"),
  );
});
