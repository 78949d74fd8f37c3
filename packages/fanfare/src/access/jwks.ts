import { readFile, stat } from "node:fs/promises";
import { pathToFileURL } from "node:url";
import { createLocalJWKSet, createRemoteJWKSet, errors, type JSONWebKeySet, type JWTVerifyGetKey } from "jose";
import { FanfareError } from "@fanfare/protocol";
import { parseHost } from "./host.ts";
import { isLoopbackName } from "./loopback.ts";

/** Finds the key of a token in a key set. Throws `unavailable` while the set cannot be had. */
export function jwksKeys(jwks: string | URL): JWTVerifyGetKey {
  const url = toUrl(jwks);
  const find = url.protocol === "file:" ? fileKeys(url) : createRemoteJWKSet(url);
  return async (header, token) => {
    try {
      return await find(header, token);
    } catch (error) {
      if (isAboutToken(error)) throw error;
      // Not the client's fault: another answer than 401 keeps it from throwing a good token away.
      throw new FanfareError("unavailable", "the key set that credentials are judged by cannot be read now", {
        cause: error,
      });
    }
  };
}

function toUrl(jwks: string | URL): URL {
  const url = jwks instanceof URL || URL.canParse(jwks) ? new URL(jwks) : pathToFileURL(jwks);
  const name = parseHost(url.hostname)?.name ?? "";
  const safe =
    url.protocol === "https:" || url.protocol === "file:" || (url.protocol === "http:" && isLoopbackName(name));
  if (!safe) throw new RangeError("jwks: must be an https address, a file, or an http address on loopback");
  return url;
}

/** A look at the file's date a token is cheap, and makes a changed key count at once. */
function fileKeys(url: URL): JWTVerifyGetKey {
  let loaded: { readonly changed: number; readonly find: JWTVerifyGetKey } | undefined;
  return async (header, token) => {
    const { mtimeMs: changed } = await stat(url);
    if (loaded?.changed !== changed) {
      const keys = JSON.parse(await readFile(url, "utf8")) as JSONWebKeySet;
      loaded = { changed, find: createLocalJWKSet(keys) };
    }
    return loaded.find(header, token);
  };
}

function isAboutToken(error: unknown): boolean {
  return (
    error instanceof errors.JWKSNoMatchingKey ||
    error instanceof errors.JWKSMultipleMatchingKeys ||
    error instanceof errors.JOSENotSupported
  );
}
