import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { build, createServer, preview } from "vite";

/** What the page of `page/main.ts` has seen. */
export type Story = {
  readonly states: readonly string[];
  readonly data: readonly unknown[];
  readonly gaps: readonly string[];
  readonly shows: readonly boolean[];
};

export type Served = AsyncDisposable & { readonly origin: string };

const root = join(import.meta.dirname, "page");

/** The page as Vite builds and serves it without any configuration, from what the packages were compiled to. */
export async function servedBuild(): Promise<Served> {
  const outDir = await mkdtemp(join(tmpdir(), "fanfare-page-"));
  await build({ root, configFile: false, logLevel: "warn", build: { outDir, emptyOutDir: true } });
  const server = await preview({ root, configFile: false, logLevel: "warn", build: { outDir }, preview: { port: 0 } });
  return {
    origin: originOf(server.resolvedUrls),
    async [Symbol.asyncDispose]() {
      await server.close();
      await rm(outDir, { recursive: true, force: true });
    },
  };
}

/** The page as Vite's development server gives it out. */
export async function servedSource(): Promise<Served> {
  const cacheDir = await mkdtemp(join(tmpdir(), "fanfare-vite-"));
  const server = await createServer({ root, configFile: false, logLevel: "warn", cacheDir, server: { port: 0 } });
  await server.listen();
  return {
    origin: originOf(server.resolvedUrls),
    async [Symbol.asyncDispose]() {
      await server.close();
      await rm(cacheDir, { recursive: true, force: true });
    },
  };
}

/** The story of the page, as far as it has come. */
export async function storyOf(page: Page): Promise<Story> {
  return page.evaluate<Story>("story");
}

function originOf(urls: { readonly local: readonly string[] } | null): string {
  return new URL(urls?.local[0] ?? "").origin;
}
