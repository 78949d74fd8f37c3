import { createServer } from "node:http";
import { once } from "node:events";
import { mkdtemp, rm, utimes, writeFile } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { exportJWK, generateKeyPair, SignJWT, UnsecuredJWT, type JWTPayload } from "jose";
import fc from "fast-check";
import { afterEach, describe, expect, test } from "vitest";
import type { FanfareError } from "@fanfare/protocol";
import type { Authenticator } from "../core/ports/authenticator.ts";
import { firstOf } from "./first-of.ts";
import { jwksAuthenticator, secretAuthenticator, type JwtOptions } from "./jwt.ts";
import { createToken, type TokenOptions } from "./token.ts";

const SECRET = "0123456789abcdef0123456789abcdef";
const NOW = Date.parse("2026-03-01T12:00:00Z");
const now = (): number => NOW;

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

const sign = (claims: JWTPayload, secret = SECRET, alg = "HS256"): Promise<string> =>
  new SignJWT(claims).setProtectedHeader({ alg }).sign(new TextEncoder().encode(secret));

const ask = (authenticator: Authenticator, token: string): ReturnType<Authenticator["authenticate"]> =>
  authenticator.authenticate({ token, cookie: undefined });

const refusal = async (authenticator: Authenticator, token: string): Promise<string> => {
  const error: FanfareError = await ask(authenticator, token).then(
    (identity) => expect.unreachable(`took ${JSON.stringify(identity)}`),
    (thrown: FanfareError) => thrown,
  );
  expect(error.message).not.toContain(token);
  return `${error.code} ${error.message}`;
};

const withSecret = (options: JwtOptions = {}): Authenticator => secretAuthenticator(SECRET, { now, ...options });
const token = (options: Partial<TokenOptions> = {}): Promise<string> =>
  createToken({ secret: SECRET, sub: "ada", expiresIn: 60, now, ...options });

describe("a token of the shared secret", () => {
  test("becomes an identity with everything that was put into it", async () => {
    const made = await token({
      grants: [{ do: ["subscribe", "publish"], topics: ["orders.>"], filter: { exact: { shop: 1 } } }],
      profiles: ["default", "redacted"],
      actor: { type: "agent", name: "a1" },
      jti: "t-1",
    });
    await expect(ask(withSecret(), made)).resolves.toEqual({
      sub: "ada",
      kind: "user",
      grants: [{ do: ["subscribe", "publish"], topics: ["orders.>"], filter: { exact: { shop: 1 } } }],
      profiles: ["default", "redacted"],
      expires: NOW + 65_000,
      issued: NOW,
      jti: "t-1",
      actor: { type: "agent", name: "a1" },
    });
  });

  test("grants nothing and allows the default profile alone when it does not say more", async () => {
    await expect(ask(withSecret(), await token({ expiresIn: "never" }))).resolves.toMatchObject({
      grants: [],
      profiles: ["default"],
      expires: undefined,
      jti: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-7/),
    });
  });

  test("is taken five seconds beyond its end and no longer", async () => {
    const made = await token({ expiresIn: 60 });
    await expect(ask(withSecret({ now: () => NOW + 64_000 }), made)).resolves.toBeDefined();
    await expect(refusal(withSecret({ now: () => NOW + 66_000 }), made)).resolves.toMatch(/^token_expired exp: /);
  });

  test("is not taken before its time, nor when it was issued in the future", async () => {
    const seconds = NOW / 1000;
    await expect(refusal(withSecret(), await sign({ sub: "ada", nbf: seconds + 6 }))).resolves.toMatch(
      /^unauthenticated nbf: /,
    );
    await expect(ask(withSecret(), await sign({ sub: "ada", nbf: seconds + 4 }))).resolves.toBeDefined();
    await expect(refusal(withSecret(), await sign({ sub: "ada", iat: seconds + 6 }))).resolves.toMatch(
      /^unauthenticated iat: /,
    );
  });

  test("must name the expected issuer and audience", async () => {
    const strict = withSecret({ issuer: "https://id.example", audience: "fanfare" });
    const good = { sub: "ada", iss: "https://id.example", aud: "fanfare" };
    await expect(ask(strict, await sign(good))).resolves.toBeDefined();
    await expect(refusal(strict, await sign({ ...good, iss: "x" }))).resolves.toMatch(/^unauthenticated iss: /);
    await expect(refusal(strict, await sign({ sub: "ada", iss: good.iss }))).resolves.toMatch(
      /^unauthenticated aud: is missing/,
    );
  });

  test.each<[string, JWTPayload]>([
    ["sub", {}],
    ["sub", { sub: "" }],
    ["sub", { sub: "a\nb" }],
    ["sub", { sub: 7 as unknown as string }],
    ["grants", { sub: "a", grants: "all" }],
    ["grants[0].do[0]", { sub: "a", grants: [{ do: ["own"], topics: [] }] }],
    ["grants[0].topics", { sub: "a", grants: [{ do: ["admin"] }] }],
    ["grants[0].topics[1]", { sub: "a", grants: [{ do: ["admin"], topics: ["a", "a..b"] }] }],
    ["grants[0].filter", { sub: "a", grants: [{ do: ["admin"], topics: ["a"], filter: { exakt: {} } }] }],
    ["grants[0]", { sub: "a", grants: [{ do: ["admin"], topics: ["a"], until: "noon" }] }],
    ["profiles[0]", { sub: "a", profiles: [1] }],
    ["profiles", { sub: "a", profiles: "all" }],
    ["actor.name", { sub: "a", actor: { type: "agent" } }],
    ["jti", { sub: "a", jti: 5 as unknown as string }],
  ])("is refused by naming the claim %s when it is not of the right form", async (claim, claims) => {
    const said = await refusal(withSecret(), await sign(claims));
    expect(said.slice(0, claim.length + 18)).toBe(`unauthenticated ${claim}: `);
  });

  test("is refused with a wrong signature or after any change", async () => {
    await expect(refusal(withSecret(), await sign({ sub: "ada" }, SECRET.replace("0", "1")))).resolves.toMatch(
      /^unauthenticated the token is not signed by a key/,
    );
    const made = await token();
    // The last character of a base64 text has bits that carry nothing.
    const changes = fc.tuple(fc.nat(made.length - 2), fc.constantFrom(..."ABab01_-."));
    await fc.assert(
      fc.asyncProperty(changes, async ([at, character]) => {
        fc.pre(made[at] !== character);
        const changed = made.slice(0, at) + character + made.slice(at + 1);
        const answer = await ask(withSecret(), changed).catch((error: FanfareError) => error.code);
        expect([undefined, "unauthenticated"]).toContain(answer);
      }),
    );
  });

  test("is no token of this kind with another algorithm, `none` among them", async () => {
    const none = new UnsecuredJWT({ sub: "ada" }).encode();
    const other = await sign({ sub: "ada" }, SECRET + SECRET, "HS512");
    for (const strange of [none, other, "opaque", "a.b.c", "", "…"])
      await expect(ask(withSecret(), strange)).resolves.toBeUndefined();
  });

  test("needs a secret that cannot be guessed by its length", async () => {
    expect(() => secretAuthenticator("too short")).toThrow("secret: has 9 bytes, at least 32 are needed");
    await expect(token({ secret: "x" })).rejects.toThrow(RangeError);
  });

  test("cannot be made with claims that would be refused", async () => {
    await expect(token({ grants: [{ do: ["publish"], topics: ["a b"] }] })).rejects.toThrow("grants[0].topics[0]: ");
    await expect(token({ sub: "" })).rejects.toThrow("sub: ");
    await expect(token({ expiresIn: -1 })).rejects.toThrow("expiresIn: ");
    await expect(token({ expiresIn: Number.NaN })).rejects.toThrow("expiresIn: ");
  });
});

describe("a token of a key set", () => {
  const pairs = async (alg: string, kid: string): Promise<{ jwk: object; sign: (sub: string) => Promise<string> }> => {
    const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true });
    const jwk = { ...(await exportJWK(publicKey)), alg, kid };
    return { jwk, sign: (sub) => new SignJWT({ sub }).setProtectedHeader({ alg, kid }).sign(privateKey) };
  };

  const serve = async (body: () => string): Promise<string> => {
    const server = createServer((_request, response) => response.end(body()));
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    cleanups.push(async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    });
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks.json`;
  };

  test.each(["RS256", "ES256"])("is taken with %s, from an address", { timeout: 30_000 }, async (alg) => {
    const { jwk, sign: issue } = await pairs(alg, "k1");
    const authenticator = jwksAuthenticator(await serve(() => JSON.stringify({ keys: [jwk] })));
    await expect(ask(authenticator, await issue("ada"))).resolves.toMatchObject({ sub: "ada", kind: "user" });
    const stranger = await pairs(alg, "k1");
    await expect(refusal(authenticator, await stranger.sign("ada"))).resolves.toMatch(/^unauthenticated the token is/);
    const unknown = await pairs(alg, "k2");
    await expect(refusal(authenticator, await unknown.sign("ada"))).resolves.toMatch(/^unauthenticated the token is/);
  });

  test("is judged by a changed file at once", async () => {
    const folder = await mkdtemp(join(tmpdir(), "fanfare-jwks-"));
    cleanups.push(() => rm(folder, { recursive: true }));
    const file = join(folder, "jwks.json");
    const [first, second] = [await pairs("ES256", "k1"), await pairs("ES256", "k2")];
    await writeFile(file, JSON.stringify({ keys: [first.jwk] }));
    const authenticator = jwksAuthenticator(file);
    await expect(ask(authenticator, await first.sign("ada"))).resolves.toMatchObject({ sub: "ada" });
    await writeFile(file, JSON.stringify({ keys: [second.jwk] }));
    await utimes(file, 1, 1);
    await expect(ask(authenticator, await second.sign("ada"))).resolves.toMatchObject({ sub: "ada" });
    await expect(refusal(authenticator, await first.sign("ada"))).resolves.toMatch(/^unauthenticated /);
  });

  test("never takes the public key for a shared secret", async () => {
    const { jwk } = await pairs("RS256", "k1");
    const confused = await sign({ sub: "ada" }, JSON.stringify(jwk));
    const authenticator = jwksAuthenticator(await serve(() => JSON.stringify({ keys: [jwk] })));
    await expect(ask(authenticator, confused)).resolves.toBeUndefined();
  });

  test("cannot be judged while the set is out of reach, which is not the client's fault", async () => {
    const { sign: issue } = await pairs("ES256", "k1");
    const made = await issue("ada");
    for (const jwks of [await serve(() => "no JSON"), "/nowhere/jwks.json"])
      await expect(refusal(jwksAuthenticator(jwks), made)).resolves.toMatch(/^unavailable /);
  });

  test("comes from https, a file or loopback only", () => {
    expect(() => jwksAuthenticator("http://id.example/jwks.json")).toThrow("jwks: must be an https address");
    expect(() => jwksAuthenticator("ftp://127.0.0.1/jwks.json")).toThrow(RangeError);
    expect(() => jwksAuthenticator("https://id.example/jwks.json")).not.toThrow();
  });
});

describe("several authenticators", () => {
  const old = "another secret of thirty-two bytes";
  const both = firstOf([secretAuthenticator(old, { now }), withSecret()]);

  test("take what any of them takes", async () => {
    await expect(ask(both, await token())).resolves.toMatchObject({ sub: "ada" });
    await expect(ask(both, await token({ secret: old }))).resolves.toMatchObject({ sub: "ada" });
  });

  test("tell the refusal that says most, in either order", async () => {
    const late = { now: (): number => NOW + 3_600_000 };
    const expired = await token();
    for (const order of [
      [secretAuthenticator(old, late), withSecret(late)],
      [withSecret(late), secretAuthenticator(old, late)],
    ])
      await expect(refusal(firstOf(order), expired)).resolves.toMatch(/^token_expired /);
    await expect(refusal(both, await sign({ sub: "ada" }, "x".repeat(32)))).resolves.toMatch(/^unauthenticated /);
  });

  test("know nobody when none of them finds a credential of its kind", async () => {
    await expect(both.authenticate({ token: undefined, cookie: "a=b" })).resolves.toBeUndefined();
    await expect(ask(both, "opaque")).resolves.toBeUndefined();
  });
});
