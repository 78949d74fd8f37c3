import type { Door } from "../core/link.ts";

/** Changes when what tabs say to each other does, so that tabs of two releases never meet. */
const RELEASE = "fanfare.1";

/** The name of those who share a connection: same hub, same profile, same group and same rights. */
export async function groupOf(name: string, { url, profile, token }: Door): Promise<string> {
  const text = JSON.stringify([url, profile, name, rightsOf(token)]);
  // No secret goes into the names of locks, channels and workers.
  const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return `${RELEASE}.${String(new Uint8Array(hash))}`;
}

/** What of a JWT says who somebody is and what they may (section 16 of the protocol), whenever it was issued; any other token is compared as it is. */
function rightsOf(token: string | undefined): unknown {
  try {
    const claims = atob((token?.split(".")[1] ?? "").replaceAll("-", "+").replaceAll("_", "/"));
    const { sub, grants, profiles, actor } = JSON.parse(claims) as Record<string, unknown>;
    return [sub, grants, profiles, actor];
  } catch {
    return token;
  }
}
