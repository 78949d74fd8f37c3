import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { refusalOf } from "../../testing/api-under-test.ts";
import { servedApi } from "../../testing/served-api.ts";
import { createPages } from "./pages.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "fanfare-pages-"));
  await mkdir(join(folder, "pages/assets"), { recursive: true });
  await writeFile(join(folder, "secret.txt"), "secret");
  await writeFile(join(folder, "pages/index.html"), "<!doctype html><title>home</title>");
  await writeFile(join(folder, "pages/assets/app.js"), "export {};");
});
afterAll(() => rm(folder, { recursive: true }));

describe("pages", () => {
  test("are served with a policy that lets nothing but their own files run", async () => {
    await using served = await servedApi({ open: false, api: { pages: createPages(join(folder, "pages")) } });
    const home = await fetch(`${served.url}/`);
    expect(home.status).toBe(200);
    await expect(home.text()).resolves.toContain("<title>home</title>");
    expect(home.headers.get("content-type")).toMatch(/^text\/html/);
    expect(home.headers.get("content-security-policy")).toMatch(
      /script-src 'self'; .*connect-src 'self'; .*frame-ancestors 'none'/,
    );
    expect(home.headers.get("x-content-type-options")).toBe("nosniff");
    expect(home.headers.get("cache-control")).toBe("no-cache");
    const script = await fetch(`${served.url}/assets/app.js`);
    expect(script.headers.get("content-type")).toMatch(/javascript/);
  });

  test("are not sent again when they have not changed", async () => {
    await using served = await servedApi({ api: { pages: createPages(join(folder, "pages")) } });
    const etag = (await fetch(`${served.url}/`)).headers.get("etag") ?? "";
    expect(etag).toMatch(/^"/);
    const again = await fetch(`${served.url}/`, { headers: { "if-none-match": etag } });
    expect([again.status, await again.text()]).toEqual([304, ""]);
    expect((await fetch(`${served.url}/`, { method: "HEAD" })).status).toBe(200);
  });

  test("hide nothing of the API, and give nothing away from outside their folder", async () => {
    await using served = await servedApi({ api: { pages: createPages(join(folder, "pages")) } });
    expect((await fetch(`${served.url}/api/v1/events`)).status).toBe(200);
    for (const path of [
      "/nothing",
      "/api/v1/nothing",
      "/assets",
      "/..%2fsecret.txt",
      "/%2e%2e/secret.txt",
      "/assets/..%5c..%5csecret.txt",
      "/%00",
      "/index.html%00.js",
    ])
      await expect(refusalOf(await fetch(served.url + path))).resolves.toMatch(/^404 not_found /);
    const raw = await served.raw("GET /../secret.txt HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n");
    expect(raw).toMatch(/^HTTP\/1\.1 404 /);
  });

  test("are missing, and nothing else, where they were never built", async () => {
    await using served = await servedApi({ api: { pages: createPages(join(folder, "unbuilt")) } });
    await expect(refusalOf(await fetch(`${served.url}/`))).resolves.toMatch(/^404 not_found /);
    expect((await fetch(`${served.url}/api/v1/events`)).status).toBe(200);
  });
});
