import { once } from "node:events";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { formatAddress, type Address } from "./address.ts";
import { DaemonError } from "./daemon-error.ts";

/** Binds the server; answers the address with the port it got. Throws {@link DaemonError} where it cannot. */
export async function listen(server: Server, { host, port }: Address): Promise<Address> {
  server.listen({ host, port });
  try {
    await once(server, "listening");
  } catch (error) {
    throw new DaemonError(`addr: ${formatAddress({ host, port })} ${fault(error)}`, { cause: error });
  }
  return { host, port: (server.address() as AddressInfo).port };
}

function fault(error: unknown): string {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  switch (code) {
    case "EADDRINUSE":
      return "is taken by another process";
    case "EACCES":
      return "may not be used by this user";
    case "EADDRNOTAVAIL":
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return "is no address of this machine";
    default:
      return `cannot be listened at: ${error instanceof Error ? error.message : String(error)}`;
  }
}
