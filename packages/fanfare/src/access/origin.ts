import { parseHost } from "./host.ts";

const DEFAULT_PORTS: Readonly<Record<string, string>> = { "http:": "80", "https:": "443" };

/** What a browser tells of the page behind a request. Programs that are no browsers send neither. */
export interface PageHeaders {
  readonly host: string | undefined;
  readonly origin: string | undefined;
  /** `Sec-Fetch-Site`. */
  readonly site: string | undefined;
}

/** True when the page behind the request is neither the server's own nor of one of the listed origins. */
export function isForeignPage({ host, origin, site }: PageHeaders, origins: ReadonlySet<string>): boolean {
  if (origin !== undefined) {
    if (origins.has(origin)) return false;
    if (!isSameHost(origin, host)) return true;
  }
  return site !== undefined && site !== "same-origin" && site !== "none";
}

/** The scheme is left out: behind a proxy that ends TLS a page is https where the server sees http. */
function isSameHost(origin: string, host: string | undefined): boolean {
  const own = parseHost(host);
  if (own === undefined || !URL.canParse(origin)) return false;
  const { protocol, hostname, port } = new URL(origin);
  const standard = DEFAULT_PORTS[protocol];
  if (standard === undefined) return false;
  return parseHost(hostname)?.name === own.name && (port || standard) === (own.port || standard);
}
