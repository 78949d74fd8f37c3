import type { Door } from "../core/link.ts";

/** Changes when what tabs say to each other does, so that tabs of two releases never meet. */
const RELEASE = "fanfare.1";

/** Claims of a JWT in which tokens of the same person with the same rights differ. */
const OF_ONE_TOKEN = new Set(["iat", "nbf", "exp", "jti"]);

/** The name of those who share a connection: same hub, same profile, same group and same rights. */
export async function groupOf(name: string, { url, profile, token }: Door): Promise<string> {
  const text = JSON.stringify([url, profile, name, rightsOf(token)]);
  // No secret goes into the names of locks, channels and workers.
  const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return `${RELEASE}.${String(new Uint8Array(hash))}`;
}

/**
 * What a JWT says but when it was issued and ends: which claims a hub goes by that has its own rules, no tab can know. Any other
 * token is compared as it is.
 */
function rightsOf(token: string | undefined): unknown {
  try {
    const claims = atob((token?.split(".")[1] ?? "").replaceAll("-", "+").replaceAll("_", "/"));
    const rights = Object.entries(JSON.parse(claims) as object).filter(([claim]) => !OF_ONE_TOKEN.has(claim));
    return rights.length > 0 ? rights : token;
  } catch {
    return token;
  }
}
