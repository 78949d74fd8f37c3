/** Names of query parameters that hold credentials. */
const SECRETS: ReadonlySet<string> = new Set(["access_token"]);

/**
 * The path and query of a request as logs may show it: the values of credentials are taken out, however their names are
 * written. @example redactedUrl("/api/v1/ws?access_token=x&profile=a") // "/api/v1/ws?access_token=[redacted]&profile=a"
 */
export function redactedUrl(url: string): string {
  const start = url.indexOf("?");
  if (start === -1) return url;
  const parts = url
    .slice(start + 1)
    .split("&")
    .map((part) => {
      const [name = ""] = part.split("=", 1);
      const [decoded = ""] = new URLSearchParams(name).keys();
      return SECRETS.has(decoded.toLowerCase()) ? `${name}=[redacted]` : part;
    });
  return `${url.slice(0, start)}?${parts.join("&")}`;
}
