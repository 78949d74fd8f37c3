/** A place to listen at. */
export interface Address {
  /** A name or an IP address, IPv6 without brackets. */
  readonly host: string;
  readonly port: number;
}

export const ADDRESS_FORM = "HOST:PORT, such as 127.0.0.1:3001, [::1]:3001 or :3001, with a port from 0 to 65535";

const ADDRESS = /^(?:\[(?<six>[0-9A-Fa-f:.]+)\]|(?<host>[A-Za-z0-9.-]+)|):(?<port>\d{1,5})$/;

/** What a port alone means: this machine and nobody else. */
const NO_HOST = "127.0.0.1";

/** Reads `HOST:PORT`, or `:PORT` on this machine alone; `undefined` when the text is none. */
export function parseAddress(text: string): Address | undefined {
  const parts = ADDRESS.exec(text)?.groups;
  if (parts === undefined) return undefined;
  const host = parts["six"] ?? parts["host"] ?? NO_HOST;
  const port = Number(parts["port"]);
  return port > 65_535 ? undefined : { host, port };
}

/** @example formatAddress({ host: "::1", port: 3001 }) // "[::1]:3001" */
export function formatAddress({ host, port }: Address): string {
  return `${host.includes(":") ? `[${host}]` : host}:${port}`;
}
