import { expect, test } from "vitest";
import { groupOf } from "./group.ts";

const ADA = { sub: "ada", grants: [{ do: ["subscribe"], topics: [">"] }], profiles: ["default"] };

function tokenOf(claims: object): string {
  return ["{}", JSON.stringify(claims), "x"].map((part) => Buffer.from(part).toString("base64url")).join(".");
}

const group = (token?: string, url = "https://hub.example/", profile?: string, name = ""): Promise<string> =>
  groupOf(name, { url, profile, token });

test("a group is one hub, one profile and one name", async () => {
  const all = await Promise.all([
    group(),
    group(undefined, "https://other.example/"),
    group(undefined, undefined, "narrow"),
    group(undefined, undefined, undefined, "narrow"),
  ]);
  expect(new Set(all).size).toBe(4);
  expect(await group()).toBe(all[0]);
});

test("tokens of one user with the same rights are one group, whenever they were issued", async () => {
  const first = await group(tokenOf({ ...ADA, iat: 1, exp: 2, jti: "a" }));
  expect(await group(tokenOf({ jti: "b", iat: 3, exp: 4, ...ADA }))).toBe(first);
  const others = [
    { ...ADA, sub: "bob" },
    { ...ADA, sub: "\u{1F600}" },
    { ...ADA, sub: "\u00DF" },
    { ...ADA, grants: [] },
    { ...ADA, profiles: ["default", "narrow"] },
    { ...ADA, actor: { type: "agent", name: "a-1" } },
  ];
  const all = await Promise.all([...others.map((claims) => group(tokenOf(claims))), group()]);
  expect(new Set([first, ...all]).size).toBe(others.length + 2);
});

test("tokens that differ in a claim of which only the hub knows what it allows are not one group", async () => {
  const all = await Promise.all([
    group(tokenOf({ ...ADA, role: "viewer" })),
    group(tokenOf({ ...ADA, role: "editor" })),
    group(tokenOf({ uid: 1 })),
    group(tokenOf({ uid: 2 })),
    group(["x", Buffer.from("1").toString("base64url"), "x"].join(".")),
    group(["x", Buffer.from("2").toString("base64url"), "x"].join(".")),
  ]);
  expect(new Set(all).size).toBe(all.length);
});

test("tokens that are no JWT are compared as they are, and stand in no name", async () => {
  const [one, same, other] = await Promise.all([group("secret-1"), group("secret-1"), group("secret-2")]);
  expect(one).toBe(same);
  expect(one).not.toBe(other);
  expect(one).toMatch(/^fanfare\.1\.[\d,]+$/);
});
