import { describe, expect, test } from "vitest";
import { isForeignPage, type PageHeaders } from "./origin.ts";

const foreign = (headers: Partial<PageHeaders>, origins: readonly string[] = []): boolean =>
  isForeignPage({ host: "127.0.0.1:3001", origin: undefined, site: undefined, ...headers }, new Set(origins));

describe("the origin check", () => {
  test("lets programs pass that are no browsers", () => {
    expect(foreign({})).toBe(false);
  });

  test("lets the server's own pages pass, behind a proxy with TLS too", () => {
    expect(foreign({ origin: "http://127.0.0.1:3001", site: "same-origin" })).toBe(false);
    expect(foreign({ host: "[::1]:3001", origin: "http://[::1]:3001" })).toBe(false);
    expect(foreign({ host: "events.example.org", origin: "https://events.example.org" })).toBe(false);
    expect(foreign({ host: "events.example.org:443", origin: "https://events.example.org" })).toBe(false);
  });

  test.each([
    "https://evil.example",
    "http://127.0.0.1:3002",
    "http://localhost:3001",
    "http://127.0.0.1",
    "null",
    "",
    "http://127.0.0.1:3001.evil.example",
    "file://",
    "chrome-extension://127.0.0.1:3001",
    "not an origin",
  ])("stops a page of %j", (origin) => expect(foreign({ origin })).toBe(true));

  test("stops what the browser itself calls foreign, also without an origin", () => {
    expect(foreign({ site: "cross-site" })).toBe(true);
    expect(foreign({ site: "same-site" })).toBe(true);
    expect(foreign({ site: "nonsense" })).toBe(true);
    expect(foreign({ origin: "http://127.0.0.1:3001", site: "cross-site" })).toBe(true);
    expect(foreign({ site: "same-origin" })).toBe(false);
    expect(foreign({ site: "none" })).toBe(false);
  });

  test("lets listed origins pass, and only exactly these", () => {
    const origins = ["https://app.example.org"];
    expect(foreign({ origin: "https://app.example.org", site: "cross-site" }, origins)).toBe(false);
    expect(foreign({ origin: "http://app.example.org" }, origins)).toBe(true);
    expect(foreign({ origin: "https://app.example.org:8443" }, origins)).toBe(true);
    expect(foreign({ origin: "https://x.app.example.org" }, origins)).toBe(true);
  });
});
