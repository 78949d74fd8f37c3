import examples from "@octokit/webhooks-examples" with { type: "json" };

/** A GitHub webhook as an event. */
export type WebhookRow = {
  readonly topic: string;
  readonly type: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly data: unknown;
};

type Payload = {
  readonly action?: string;
  readonly repository?: { readonly full_name?: string };
  readonly sender?: { readonly login?: string };
};

/** Every example that GitHub's users contributed: what really comes over the wire, in all its kinds and sizes. */
export function webhookRows(): readonly WebhookRow[] {
  return (examples as unknown as readonly { name: string; examples: readonly Payload[] }[]).flatMap(
    ({ name, examples: payloads }) => payloads.map((payload) => rowOf(name, payload)),
  );
}

function rowOf(name: string, payload: Payload): WebhookRow {
  const { action, repository, sender } = payload;
  const given = { repository: repository?.full_name, action, sender: sender?.login };
  return {
    topic: `github.${name}`,
    type: action === undefined ? `github.${name}` : `github.${name}.${action}`,
    attributes: Object.fromEntries(
      Object.entries(given).filter((entry): entry is [string, string] => entry[1] !== undefined),
    ),
    data: payload,
  };
}
