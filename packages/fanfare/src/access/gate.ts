import { FanfareError } from "@fanfare/protocol";
import type { Hub } from "../core/hub.ts";
import { OPEN, type Identity } from "../core/identity.ts";
import type { Authenticator } from "../core/ports/authenticator.ts";
import type { Approach, Gate } from "../core/ports/gate.ts";
import { createHostCheck, parseHost, type HostRules } from "./host.ts";
import { isForeignPage } from "./origin.ts";

export interface GateOptions extends HostRules {
  /** Knows revoked credentials. */
  readonly hub: Pick<Hub, "requireValid">;
  /** Judges credentials; without one every credential is refused. */
  readonly authenticator: Authenticator | undefined;
  /**
   * Lets in whoever shows no credential, as {@link OPEN}. A credential that is shown is judged all the same: who sends
   * one counts on its limits, and must learn that it has expired.
   */
  readonly open: boolean;
  /** Origins besides the server's own whose pages may change something or open a WebSocket. */
  readonly origins: readonly string[];
}

const HARMLESS: ReadonlySet<string> = new Set(["GET", "HEAD", "OPTIONS"]);
const BEARER = /^Bearer +(?<token>[A-Za-z0-9\-._~+/]+=*) *$/i;

/**
 * The one way in for HTTP, SSE and WebSocket: which server is meant, which page asks, who asks.
 *
 * @example
 * const gate = createGate({ hub, authenticator: secretAuthenticator(key), open: false, bound: "127.0.0.1", hosts: [], origins: [] });
 */
export function createGate(options: GateOptions): Gate {
  const isOurs = createHostCheck(options);
  const origins = new Set(options.origins);
  return {
    check(approach) {
      checkHost(approach, isOurs);
      if (HARMLESS.has(approach.method) && !approach.upgrade) return;
      const page = {
        host: approach.header("host"),
        origin: approach.header("origin"),
        site: approach.header("sec-fetch-site"),
      };
      if (isForeignPage(page, origins))
        throw new FanfareError("invalid_origin", "Origin: pages of other origins may not do this");
    },
    async identify(approach) {
      const token = readToken(approach);
      const identity = await options.authenticator?.authenticate({ token, cookie: approach.header("cookie") });
      if (identity === undefined) return withoutIdentity(token, options.open);
      await options.hub.requireValid(identity);
      return identity;
    },
  };
}

function checkHost(approach: Approach, isOurs: ReturnType<typeof createHostCheck>): void {
  const host = parseHost(approach.header("host"));
  if (host === undefined || !isOurs(host))
    throw new FanfareError("misdirected", "Host: this server does not go by that name");
}

function readToken({ header, queryToken }: Approach): string | undefined {
  const authorization = header("authorization");
  if (authorization === undefined) return queryToken;
  if (queryToken !== undefined)
    throw new FanfareError("invalid_request", "access_token: must not stand beside an Authorization header");
  const token = BEARER.exec(authorization)?.groups?.["token"];
  if (token === undefined) throw new FanfareError("unauthenticated", 'Authorization: must be "Bearer" and a token');
  return token;
}

function withoutIdentity(token: string | undefined, open: boolean): Identity {
  if (token !== undefined) throw new FanfareError("unauthenticated", "the token is of no kind that this server knows");
  if (!open) throw new FanfareError("unauthenticated", "a bearer token is needed");
  return OPEN;
}
