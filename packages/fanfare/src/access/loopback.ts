import { BlockList, isIP, isIPv4 } from "node:net";

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet("127.0.0.0", 8, "ipv4");
LOOPBACK.addAddress("::1", "ipv6");

/** True for an IP address, IPv6 without brackets, that only this machine can reach. */
export function isLoopbackAddress(text: string): boolean {
  return isIP(text) !== 0 && LOOPBACK.check(text, isIPv4(text) ? "ipv4" : "ipv6");
}

/** True for a name that no DNS server decides about: `localhost`, names under it, loopback addresses. */
export function isLoopbackName(text: string): boolean {
  return text === "localhost" || text.endsWith(".localhost") || isLoopbackAddress(text);
}
