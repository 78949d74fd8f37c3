import { utf8Bytes } from "@fanfare/protocol";

/** RFC 7518 asks for a key at least as long as the hash. */
const MIN_BYTES = 32;

/** The key of HS256 tokens. Throws `RangeError` for one that can be guessed by its length. */
export function toSecretKey(secret: string | Uint8Array): Uint8Array {
  const bytes = typeof secret === "string" ? utf8Bytes(secret) : secret.length;
  if (bytes < MIN_BYTES) throw new RangeError(`secret: has ${bytes} bytes, at least ${MIN_BYTES} are needed`);
  return typeof secret === "string" ? new TextEncoder().encode(secret) : secret;
}
