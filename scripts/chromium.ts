import { InstalledBrowser } from "./installed-browser.ts";

const chromium = new InstalledBrowser({
  name: "Chromium",
  variable: "FANFARE_CHROMIUM",
  programs: ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"],
  debianPackage: "chromium",
});

export const chromiumHint: string = chromium.hint;
export const findChromium = (): string | undefined => chromium.find();
export const ensureChromium = (): Promise<void> => chromium.ensure();
