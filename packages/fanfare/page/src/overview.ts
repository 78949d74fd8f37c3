import { announce } from "./announcement.ts";
import { getDocument, Refusal } from "./api.ts";
import { find, setText } from "./element.ts";
import { formatCount, formatDuration, formatRate, plural } from "./figures.ts";
import { Rates } from "./rates.ts";
import { Sparkline } from "./sparkline.ts";

/** What the page reads of `GET /api/v1/health`. */
interface Health {
  readonly troubles: readonly { readonly reason: string }[];
  readonly parts: { readonly process?: { readonly version: string; readonly uptimeSeconds: number } };
  readonly log: {
    readonly epoch: string;
    readonly capabilities: { readonly name: string; readonly sync: string };
  };
  readonly head: number;
  readonly connections: number;
  readonly subscriptions: number;
  readonly stalled: number;
  readonly totals: { readonly delivered: number; readonly gaps: number };
}

type Look = "good" | "waiting" | "bad";

const RATE_WINDOW_MS = 5_000;
const SAMPLES = 60;

/** What runs here, and how it is. */
export class Overview {
  readonly #rates: Rates = new Rates(RATE_WINDOW_MS);
  readonly #sparkline: Sparkline = new Sparkline(find("#sparkline", SVGSVGElement), SAMPLES);
  readonly #wantToken: () => void;
  #said = "";

  /** `wantToken` is called when the server asks who looks. */
  constructor(wantToken: () => void) {
    this.#wantToken = wantToken;
  }

  async update(): Promise<void> {
    try {
      const { ok, document: health } = await getDocument<Health>("api/v1/health");
      this.#show(health);
      if (!ok) this.#state("bad", "In trouble");
      else
        this.#state(
          health.troubles.length === 0 ? "good" : "waiting",
          health.troubles.length === 0 ? "Healthy" : "Degraded",
        );
    } catch (error) {
      this.#failed(error);
    }
  }

  #show({ troubles, parts, log, head, connections, subscriptions, stalled, totals }: Health): void {
    const rate = this.#rates.update(performance.now(), new Map([["log", head]])).get("log") ?? 0;
    this.#sparkline.push(rate);
    find("#overview", HTMLElement).classList.remove("stale");
    put("#position", formatCount(head));
    put("#rate", rate === 0 ? "no new events" : formatRate(rate));
    put("#connections", formatCount(connections));
    put("#subscriptions", `${plural(subscriptions, "subscription")}${stalled === 0 ? "" : `, ${stalled} stalled`}`);
    put("#delivered", formatCount(totals.delivered));
    put("#gaps", totals.gaps === 0 ? "no gaps" : plural(totals.gaps, "gap"));
    put("#engine", log.capabilities.name);
    put("#epoch", `sync ${log.capabilities.sync}, epoch ${log.epoch}`);
    if (parts.process !== undefined) showProcess(parts.process);
    put("#overview-problem", troubles.map(({ reason }) => reason).join("; "));
  }

  #failed(error: unknown): void {
    find("#overview", HTMLElement).classList.add("stale");
    if (!(error instanceof Refusal)) return this.#state("bad", "Not reachable");
    put("#overview-problem", error.message);
    this.#state("waiting", error.wantsToken ? "Sign in to see more" : "Limited view");
    if (error.wantsToken) this.#wantToken();
  }

  #state(look: Look, text: string): void {
    const element = find("#state", HTMLElement);
    element.dataset["state"] = look;
    setText(element, text);
    if (this.#said !== "" && this.#said !== text) announce(`Daemon: ${text}`);
    this.#said = text;
  }
}

function put(selector: string, text: string): void {
  setText(find(selector, Element), text);
}

function showProcess({ version, uptimeSeconds }: NonNullable<Health["parts"]["process"]>): void {
  put("#version", version);
  put("#uptime", formatDuration(uptimeSeconds));
  put("#since", `since ${sinceText(uptimeSeconds)}`);
}

function sinceText(uptimeSeconds: number): string {
  const started = new Date(Date.now() - uptimeSeconds * 1000);
  const today = started.toDateString() === new Date().toDateString();
  return started.toLocaleString(undefined, today ? { timeStyle: "short" } : { dateStyle: "medium" });
}
