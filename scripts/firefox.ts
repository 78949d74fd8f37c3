import { InstalledBrowser } from "./installed-browser.ts";

const firefox = new InstalledBrowser({
  name: "Firefox",
  variable: "FANFARE_FIREFOX",
  programs: ["firefox-esr", "firefox"],
  debianPackage: "firefox-esr",
});

export const firefoxHint: string = firefox.hint;
export const findFirefox = (): string | undefined => firefox.find();
export const ensureFirefox = (): Promise<void> => firefox.ensure();
