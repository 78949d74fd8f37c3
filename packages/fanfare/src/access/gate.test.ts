import { describe, expect, test } from "vitest";
import { FanfareError } from "@fanfare/protocol";
import { OPEN, type Identity } from "../core/identity.ts";
import type { Authenticator } from "../core/ports/authenticator.ts";
import type { Approach } from "../core/ports/gate.ts";
import { createGate, type GateOptions } from "./gate.ts";
import { secretAuthenticator } from "./jwt.ts";
import { createToken } from "./token.ts";

const SECRET = "0123456789abcdef0123456789abcdef";

const gate = (options: Partial<GateOptions> = {}): ReturnType<typeof createGate> =>
  createGate({
    hub: { requireValid: async () => {} },
    authenticator: secretAuthenticator(SECRET),
    open: false,
    bound: "127.0.0.1",
    hosts: [],
    origins: [],
    ...options,
  });

const approach = (headers: Record<string, string> = {}, more: Partial<Approach> = {}): Approach => {
  const all: Record<string, string> = { host: "127.0.0.1:3001", ...headers };
  return { method: "POST", upgrade: false, header: (name) => all[name], ...more };
};

const codeOf = async (action: () => unknown): Promise<string> => {
  try {
    await action();
    return "nothing";
  } catch (error) {
    return (error as FanfareError).code;
  }
};

describe("the gate's check", () => {
  test("refuses a foreign name before anything else", async () => {
    await expect(codeOf(() => gate().check(approach({ host: "evil.example" })))).resolves.toBe("misdirected");
    await expect(codeOf(() => gate().check(approach({ host: "evil.example" }, { method: "GET" })))).resolves.toBe(
      "misdirected",
    );
  });

  test("refuses foreign pages what changes something, and upgrades, but not reading", async () => {
    const headers = { origin: "https://evil.example" };
    await expect(codeOf(() => gate().check(approach(headers)))).resolves.toBe("invalid_origin");
    await expect(codeOf(() => gate().check(approach(headers, { method: "DELETE" })))).resolves.toBe("invalid_origin");
    await expect(codeOf(() => gate().check(approach(headers, { method: "GET", upgrade: true })))).resolves.toBe(
      "invalid_origin",
    );
    await expect(codeOf(() => gate().check(approach(headers, { method: "GET" })))).resolves.toBe("nothing");
    const listed = gate({ origins: ["https://evil.example"] });
    await expect(codeOf(() => listed.check(approach(headers)))).resolves.toBe("nothing");
  });
});

describe("the gate", () => {
  const bearer = async (): Promise<string> => createToken({ secret: SECRET, sub: "ada", expiresIn: 60 });

  test("knows who sends a good token, in a header or in a stream's address", async () => {
    const token = await bearer();
    const ada = { sub: "ada", kind: "user" };
    for (const scheme of ["Bearer ", "bearer  "])
      await expect(gate().identify(approach({ authorization: scheme + token }))).resolves.toMatchObject(ada);
    await expect(gate().identify(approach({}, { queryToken: token }))).resolves.toMatchObject(ada);
  });

  test("asks for a credential unless it is open", async () => {
    await expect(codeOf(() => gate().identify(approach()))).resolves.toBe("unauthenticated");
    await expect(gate({ open: true }).identify(approach())).resolves.toBe(OPEN);
    await expect(gate({ open: true, authenticator: undefined }).identify(approach({ cookie: "a=b" }))).resolves.toBe(
      OPEN,
    );
  });

  test("judges a shown credential in open mode too", async () => {
    const open = gate({ open: true });
    await expect(open.identify(approach({ authorization: `Bearer ${await bearer()}` }))).resolves.toMatchObject({
      sub: "ada",
    });
    for (const bad of ["Bearer nonsense", "Bearer a.b.c", "Basic YTpi", "Bearer", "Bearer a b"])
      await expect(codeOf(() => open.identify(approach({ authorization: bad })))).resolves.toBe("unauthenticated");
    await expect(
      codeOf(() => gate({ open: true, authenticator: undefined }).identify(approach({ authorization: "Bearer x" }))),
    ).resolves.toBe("unauthenticated");
  });

  test("refuses two credentials at once", async () => {
    const token = await bearer();
    const both = approach({ authorization: `Bearer ${token}` }, { queryToken: token });
    await expect(codeOf(() => gate().identify(both))).resolves.toBe("invalid_request");
  });

  test("asks the hub whether the credential was revoked", async () => {
    const revoked = async (identity: Identity): Promise<void> => {
      throw new FanfareError("token_revoked", `${identity.sub} is revoked`);
    };
    const strict = gate({ hub: { requireValid: revoked } });
    const shown = approach({ authorization: `Bearer ${await bearer()}` });
    await expect(codeOf(() => strict.identify(shown))).resolves.toBe("token_revoked");
  });

  test("takes an application's own authenticator, which sees the cookie", async () => {
    const identity: Identity = { sub: "session 7", kind: "user", grants: [], profiles: ["default"] };
    const session: Authenticator = {
      authenticate: async ({ cookie }) => (cookie === "session=7" ? identity : undefined),
    };
    const own = gate({ authenticator: session });
    await expect(own.identify(approach({ cookie: "session=7" }))).resolves.toBe(identity);
    await expect(codeOf(() => own.identify(approach({ cookie: "session=8" })))).resolves.toBe("unauthenticated");
  });
});
