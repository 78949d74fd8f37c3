import { parseTopic } from "@fanfare/protocol";
import fc from "fast-check";
import { expect, test } from "vitest";
import type { ThreadId, Ticket } from "./ids.ts";
import { decodeToken, encodeToken, threadTopic, ticketPattern } from "./topic.ts";
import { ticket } from "./text.ts";

test("a ticket that is a topic token stands in the topic as it is", () => {
  expect(threadTopic("T-42" as Ticket, "0198" as ThreadId)).toBe("forum.T-42.0198");
  expect(ticketPattern("T-42" as Ticket)).toBe("forum.T-42.*");
});

test.each(["", "a b", "a.b", "*", ">", "--", "--QQ", "Überfällig 🎉", "日本", "\ud800"])(
  "%j becomes a token, and the token becomes the text again",
  (text) => {
    const token = encodeToken(text);
    expect(token).toMatch(/^--[A-Za-z0-9_-]*$/);
    expect(decodeToken(token)).toBe(text);
  },
);

test("every text comes back from its token, so no two texts share one", () => {
  const texts = fc.oneof(fc.string({ unit: "binary", maxLength: 64 }), fc.stringMatching(/^[A-Za-z0-9_-]{1,64}$/));
  fc.assert(fc.property(texts, (text) => decodeToken(encodeToken(text)) === text));
});

test("the longest ticket and the longest thread id make a topic", () => {
  const longest = ticket("\uffee".repeat(64));
  expect(longest.accepted).toBe(true);
  const topic = threadTopic("\uffee".repeat(64) as Ticket, "t".repeat(64) as ThreadId);
  expect(parseTopic(topic)).toHaveLength(244);
});
