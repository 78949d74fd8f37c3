import { expect, test } from "vitest";
import { unsaid } from "./output.ts";

test("what differs from run to run may differ", () => {
  const shown = [
    '{"id":"01993f0e-8f5c-7cc3-a1f4-5b0f6d9f2a11","time":"2026-01-31T12:00:00.000Z"}',
    "…",
    "up to k3x:7   in scope 9f2c61d0, … events",
  ].join("\n");
  const said = [
    '{"id":"aab4f575-e544-5ebe-ab87-b25ce441c0d9","time":"2026-11-21T10:17:54.904Z"}',
    "something else",
    "up to 7deb6f6c3ab811c9:7 in scope 05670c834f28fb88063559b85d89733a, 12 events",
  ].join("\n");
  expect(unsaid(shown, said)).toEqual([]);
});

test("what is shown and not said is named, and so is what came too early", () => {
  expect(unsaid("one\ntwo\nthree", "one\nthree")).toEqual(["two"]);
  expect(unsaid("one\ntwo", "two\none")).toEqual(["two"]);
  expect(unsaid("1 event (new)", "1 event new")).toEqual(["1 event (new)"]);
  expect(unsaid("up to k3x:7", "up to abc:8")).toEqual(["up to k3x:7"]);
});
