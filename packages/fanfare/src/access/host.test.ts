import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { exposureFault } from "./exposure.ts";
import { createHostCheck, parseHost } from "./host.ts";

const takes = (header: string | undefined, bound = "127.0.0.1", hosts: readonly string[] = []): boolean => {
  const host = parseHost(header);
  return host !== undefined && createHostCheck({ bound, hosts })(host);
};

const character = fc.integer({ min: 0, max: 0xff_ff }).map((code) => String.fromCharCode(code));

describe("the Host check", () => {
  test.each([
    "localhost",
    "LocalHost:3001",
    "localhost.",
    "app.localhost:80",
    "127.0.0.1:3001",
    "127.9.9.9",
    "[::1]:3001",
    "[0:0:0:0:0:0:0:1]",
  ])("takes the loopback name %s", (header) => expect(takes(header)).toBe(true));

  test.each(["evil.example", "localhost.evil.example", "127.0.0.1.nip.io", "10.0.0.5:3001", "[::2]", "192.168.1.7"])(
    "refuses %s on a server bound to loopback",
    (header) => expect(takes(header)).toBe(false),
  );

  test.each([
    undefined,
    "",
    ":3001",
    "a b",
    "localhost:",
    "localhost:123456",
    "localhost:3001@evil.example",
    "localhost/x",
    "[1]",
    "::1",
    "localhost\r\nX: 1",
    "user@localhost",
  ])("refuses what is no host: %j", (header) => expect(takes(header)).toBe(false));

  test("takes the address the server is bound to, however it is written", () => {
    expect(takes("10.0.0.5:3001", "10.0.0.5")).toBe(true);
    expect(takes("[fd00:0:0:0::5]:3001", "fd00::5")).toBe(true);
    expect(takes("10.0.0.6:3001", "10.0.0.5")).toBe(false);
  });

  test("takes any address but no name when the server listens everywhere", () => {
    expect(takes("10.0.0.5:3001", "0.0.0.0")).toBe(true);
    expect(takes("[fd00::5]", "::")).toBe(true);
    expect(takes("evil.example", "0.0.0.0")).toBe(false);
  });

  test("takes listed names in any case, on any port, and nothing beneath them", () => {
    expect(takes("Events.Example.org:8443", "0.0.0.0", ["events.example.ORG"])).toBe(true);
    expect(takes("x.events.example.org", "0.0.0.0", ["events.example.org"])).toBe(false);
    expect(takes("[fd00::9]", "127.0.0.1", ["[fd00::9]"])).toBe(true);
  });

  test("never throws, and takes only what names a loopback, whatever is sent", () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.oneof(fc.constantFrom(..."[]:.@/localhst127 \r\n"), character) }), (header) => {
        expect(!takes(header) || /localhost|127\.|:1\]/i.test(header)).toBe(true);
      }),
    );
  });
});

describe("listening beyond this machine", () => {
  test("is refused without authentication, in a sentence that says what to do", () => {
    for (const host of ["0.0.0.0", "::", "10.0.0.5", "events.example.org", "localhost.example.org", "127.example.org"])
      expect(exposureFault(host, false)).toMatch(/no authentication .* 127\.0\.0\.1/);
  });

  test("is allowed with authentication, and loopback is allowed without", () => {
    expect(exposureFault("0.0.0.0", true)).toBeUndefined();
    for (const host of ["127.0.0.1", "127.1.2.3", "::1", "localhost", "LOCALHOST"])
      expect(exposureFault(host, false)).toBeUndefined();
  });
});
