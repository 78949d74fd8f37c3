import { defineConfig, type Plugin, type UserConfig } from "vite";

/** Indentation is for authors; between two tags it only costs bytes. What is `pre`formatted keeps its own. */
const unindented: Plugin = {
  name: "unindented",
  transformIndexHtml: { order: "post", handler: (html) => html.replaceAll(/\n\s+(?=[<\w/])/g, "\n") },
};

// What it makes is served by the daemon under a strict content security policy: no inline script, style or data address.
const config: UserConfig = defineConfig({
  root: import.meta.dirname,
  base: "./",
  // Bundles the protocol's source, so that the page builds before or after the packages.
  resolve: { conditions: ["@fanfare/source", "module", "browser", "import", "default"] },
  plugins: [unindented],
  build: {
    outDir: "../dist/page",
    emptyOutDir: true,
    // Browsers of the last two years; older ones would need a fallback for every colour.
    target: ["chrome125", "firefox128", "safari18"],
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
});

export default config;
