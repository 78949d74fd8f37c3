import type { Filter, Pattern } from "@fanfare/protocol";

/** What a grant lets its holder do. */
export type Action = "subscribe" | "publish" | "signal" | "admin";

/** Permission to do something with the topics of any of the patterns; a filter narrows it to matching events. */
export interface Grant {
  readonly do: readonly Action[];
  readonly topics: readonly Pattern[];
  readonly filter?: Filter | undefined;
}

/** Who acts, as an authenticator found out. */
export interface Identity {
  /** Empty for the anonymous user of open loopback mode. */
  readonly sub: string;
  /** `root` is the embedding application, `open` anybody on loopback while no key is configured. */
  readonly kind: "root" | "open" | "user";
  readonly grants: readonly Grant[];
  /** Names of allowed profiles; `"all"` for no restriction. */
  readonly profiles: readonly string[] | "all";
  /** Milliseconds since 1970; `undefined` for never. */
  readonly expires?: number | undefined;
  /** When the credential was issued, milliseconds since 1970; `undefined` for unknown. */
  readonly issued?: number | undefined;
  /** The credential's own id. */
  readonly jti?: string | undefined;
  readonly actor?: { readonly type: string; readonly name: string } | undefined;
}

const EVERYTHING: readonly Grant[] = [{ do: ["subscribe", "publish", "signal", "admin"], topics: [">" as Pattern] }];

/** The embedding application: may do everything, with private topics too. */
export const ROOT: Identity = { sub: "root", kind: "root", grants: EVERYTHING, profiles: "all" };

/** The anonymous user of open loopback mode: may do everything but meet private topics. */
export const OPEN: Identity = { sub: "", kind: "open", grants: EVERYTHING, profiles: "all" };
