import { isLoopbackAddress } from "./loopback.ts";

/**
 * Why a daemon must not listen on `host` (a name or an address, IPv6 without brackets), for people, or `undefined` when it
 * may. Without authentication everybody who reaches the port may do everything, so only this machine may reach it.
 */
export function exposureFault(host: string, authenticated: boolean): string | undefined {
  if (authenticated || host.toLowerCase() === "localhost" || isLoopbackAddress(host)) return undefined;
  return `${host} can be reached from other machines, and no authentication is configured: set a key or a key set, or listen on 127.0.0.1`;
}
