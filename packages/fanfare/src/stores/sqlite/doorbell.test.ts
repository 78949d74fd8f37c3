import { expect, onTestFinished, test } from "vitest";
import { scratchFolder } from "../../../testing/scratch-folder.ts";
import { eventually } from "../../testing/conformance/waiting.ts";
import { Doorbell } from "./doorbell.ts";

const path = scratchFolder();

function bell(file: string): { readonly bell: Doorbell; heard: () => number } {
  let heard = 0;
  const made = new Doorbell(file, () => (heard += 1));
  onTestFinished(() => made.close());
  return { bell: made, heard: () => heard };
}

test("a ring is heard at every other bell of the file", async () => {
  const file = path("doorbell");
  const [one, two, three] = [bell(file), bell(file), bell(file)];
  one.bell.ring();
  await eventually("both hear it", () => two.heard() > 0 && three.heard() > 0);
  expect(one.heard()).toBeLessThanOrEqual(1);
});

test("rings that come close together are heard as few", async () => {
  const file = path("doorbell");
  const [one, two] = [bell(file), bell(file)];
  for (let ring = 0; ring < 1_000; ring += 1) one.bell.ring();
  await eventually("it is heard", () => two.heard() > 0);
  const last = two.heard();
  one.bell.ring();
  await eventually("the last ring is heard as well", () => two.heard() > last);
  expect(two.heard()).toBeLessThan(50);
});
