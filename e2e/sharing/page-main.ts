/** What the tests' pages do: one client, and what its subscriptions were told. */
import { createClient, type Client, type ClientOptions, type StartedWorker } from "@fanfare/client";

declare const SharedWorker: new (
  script: string,
  options: { readonly type: "module"; readonly name: string },
) => StartedWorker;

/** What a test says of a client: what can be said to a page. */
export type Wanted = {
  readonly url: string;
  /** Asked for one after the other, the last one again and again; a single one is all that there is. */
  readonly tokens?: readonly string[];
  readonly shared: boolean | string;
  readonly patienceMs?: number;
  readonly waitingFrames?: number;
  /** Another script than the package's own. */
  readonly script?: string;
};

export type Chosen = {
  readonly topics: readonly string[];
  readonly kind?: string;
  readonly after?: string;
};

let client: Client | undefined;
const told: Record<string, (number | string)[]> = {};
const subscriptions: Record<string, ReturnType<Client["subscribe"]>> = {};
let asked = 0;

const opened = (): Client => {
  if (client === undefined) throw new Error("there is no client");
  return client;
};

const tab = {
  open({ tokens, shared, patienceMs, waitingFrames, script, ...rest }: Wanted): void {
    const worker = (name: string): StartedWorker => new SharedWorker(script ?? "", { type: "module", name });
    const name = typeof shared === "string" ? shared : "";
    const terms = { name, patienceMs, waitingFrames, ...(script === undefined ? {} : { worker }) };
    const options: ClientOptions<never> = { ...rest, shared: shared === false ? false : terms };
    const token = (): string | undefined => tokens?.[Math.min(asked++, tokens.length - 1)];
    client = createClient({ ...options, token: tokens?.length === 1 ? tokens[0] : token });
  },
  subscribe(name: string, { topics, kind, after }: Chosen): void {
    const own: (number | string)[] = (told[name] = []);
    const filter = kind === undefined ? undefined : { exact: { kind } };
    subscriptions[name] = opened().subscribe({ topics, filter, after }, (update) => {
      if (update.kind === "events") own.push(...update.events.map(({ data }) => Number(data)));
      else if (update.kind === "gap") own.push(update.gap.reason);
    });
  },
  close: (): void => client?.close(),
  told: (name: string): readonly (number | string)[] => told[name] ?? [],
  asked: (): number => asked,
  state: (): string => opened().state.value.state,
  status: (name: string): string | undefined => subscriptions[name]?.status.value.state,
  publish: async (topic: string, data: unknown): Promise<number | undefined> => {
    const { events } = await opened().publish(topic, { type: "t", data });
    return events[0]?.position;
  },
};

type Tab = typeof tab;

declare global {
  var tab: Tab;
}

globalThis.tab = tab;
