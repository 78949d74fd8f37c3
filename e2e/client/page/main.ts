import { createClient } from "@fanfare/client";

/** What the page has seen, for the test to look at. */
const story: Story = { states: [], data: [], gaps: [], shows: [] };

type Story = {
  readonly states: string[];
  readonly data: unknown[];
  readonly gaps: string[];
  /** Of each time that the page was shown, whether it had been put aside as it was. */
  readonly shows: boolean[];
};

/** What of a page the tests' compiler does not know. */
const page = globalThis as unknown as {
  readonly location: { readonly search: string };
  readonly freshToken?: () => Promise<string>;
  addEventListener(type: "pageshow", listener: (event: { readonly persisted: boolean }) => void): void;
};
const given = new URLSearchParams(page.location.search);
const client = createClient({
  url: given.get("hub") ?? "",
  token: page.freshToken,
  pause: { firstMs: 50, longestMs: 200 },
  openTimeoutMs: 2_000,
});
client.state.watch(({ state }) => void story.states.push(state));
client.subscribe({ topics: [given.get("topic") ?? ""], after: "start" }, (update) => {
  if (update.kind === "events") story.data.push(...update.events.map(({ data }) => data));
  else story.gaps.push(JSON.stringify(update));
});
page.addEventListener("pageshow", ({ persisted }) => void story.shows.push(persisted));
Object.assign(globalThis, { story });
