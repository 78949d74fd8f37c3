import { BlockList, isIP, isIPv4 } from "node:net";
import { isLoopbackName } from "./loopback.ts";

/** A `Host` header taken apart: the name in lower case, IPv6 without brackets. */
export interface HostName {
  readonly name: string;
  /** Empty where the header has none. */
  readonly port: string;
}

export interface HostRules {
  /** What the server listens on: a name or an address. */
  readonly bound: string;
  /** Further names and addresses by which clients may call it. */
  readonly hosts: readonly string[];
}

const HOST = /^(?:\[(?<six>[0-9A-Fa-f:.]+)\]|(?<name>[A-Za-z0-9._-]+))(?::(?<port>\d{1,5}))?$/;
const EVERYWHERE: ReadonlySet<string> = new Set(["0.0.0.0", "::"]);

export function parseHost(header: string | undefined): HostName | undefined {
  const parts = header === undefined ? undefined : HOST.exec(header)?.groups;
  const name = parts?.["six"] ?? parts?.["name"];
  if (name === undefined || (parts?.["six"] !== undefined && isIP(name) !== 6)) return undefined;
  return { name: plain(name), port: parts?.["port"] ?? "" };
}

/**
 * Makes the check for names that may address this server. A page of a hostile site whose name was pointed at this machine
 * (DNS rebinding) is of the same origin for its browser, and gives itself away by the name it calls.
 */
export function createHostCheck({ bound, hosts }: HostRules): (host: HostName) => boolean {
  const names = new Set([bound, ...hosts].map(plain));
  const addresses = new BlockList();
  for (const name of names) if (isIP(name) !== 0) addresses.addAddress(name, family(name));
  // Listening everywhere is listening on each address; an address cannot be rebound as a name can.
  const everywhere = EVERYWHERE.has(plain(bound));
  return ({ name }) => {
    if (isLoopbackName(name) || names.has(name)) return true;
    return isIP(name) !== 0 && (everywhere || addresses.check(name, family(name)));
  };
}

function family(address: string): "ipv4" | "ipv6" {
  return isIPv4(address) ? "ipv4" : "ipv6";
}

/** One spelling a name: lower case, without brackets and without the dot of the DNS root. */
function plain(name: string): string {
  return name
    .toLowerCase()
    .replace(/^\[(.*)\]$/, "$1")
    .replace(/(.)\.$/, "$1");
}
