/** An event as a reader saw it or a publisher was answered. */
export type Seen = { readonly id: string; readonly position: number };

/** `undefined` when the reader got exactly what it should, in the log's order; else what is wrong, in one line. */
export function faultOf(expected: readonly Seen[], got: readonly Seen[]): string | undefined {
  const wanted = new Map(expected.map((event) => [event.id, event.position]));
  const seen = new Set<string>();
  let last = 0;
  for (const { id, position } of got) {
    if (!wanted.has(id)) return `got ${id} at ${position}, which is not its`;
    if (wanted.get(id) !== position) return `got ${id} at ${position} in place of ${wanted.get(id)}`;
    if (seen.has(id)) return `got ${id} twice`;
    if (position <= last) return `got ${position} after ${last}`;
    seen.add(id);
    last = position;
  }
  const missing = expected.filter(({ id }) => !seen.has(id));
  return missing.length === 0 ? undefined : `${missing.length} are missing, the first at ${missing[0]?.position}`;
}
