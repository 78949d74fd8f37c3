import { FanfareError, type Limits } from "@fanfare/protocol";
import { parseJson } from "../contract/json-text.ts";
import type { Bodies } from "./route.ts";

/**
 * Reads a request's body by its content type. Throws `unsupported_media_type`, `payload_too_large`, `invalid_json`, or what
 * the body's form throws.
 */
export async function readBody<Body>(bodies: Bodies<Body>, request: Request, limits: Limits): Promise<Body> {
  const form = bodies[mediaType(request.headers.get("content-type"), Object.keys(bodies))];
  const coding = request.headers.get("content-encoding") ?? "identity";
  if (form === undefined || coding.toLowerCase() !== "identity")
    throw new FanfareError("unsupported_media_type", "Content-Encoding: bodies are taken as they are");
  return form.read(parseJson("body", decode(await readBytes(request, limits.bodyBytes)), limits));
}

function mediaType(header: string | null, known: readonly string[]): string {
  const [type = "", ...parameters] = (header ?? "").toLowerCase().split(";");
  const charset = parameters.map((parameter) => parameter.trim()).find((parameter) => parameter.startsWith("charset="));
  const name = type.trim();
  const utf8 = charset === undefined || /^charset="?utf-?8"?$/.test(charset);
  if (known.includes(name) && utf8) return name;
  throw new FanfareError("unsupported_media_type", `Content-Type: must be one of ${known.join(", ")}, in UTF-8`);
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new FanfareError("invalid_json", "body: is not UTF-8", { cause });
  }
}

/** A body that says its length is read as Node has it; only one that does not is counted, chunk by chunk. */
async function readBytes(request: Request, limit: number): Promise<Uint8Array> {
  const declared = request.headers.get("content-length");
  if (declared !== null && Number(declared) > limit) throw tooLarge(limit);
  try {
    if (declared !== null && !request.headers.has("transfer-encoding"))
      return new Uint8Array(await request.arrayBuffer());
    return await collect(request.body, limit);
  } catch (cause) {
    if (cause instanceof FanfareError) throw cause;
    throw new FanfareError("invalid_request", "body: ended before its end", { cause });
  }
}

async function collect(body: ReadableStream<Uint8Array> | null, limit: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  // Leaving the loop cancels the stream: what is over the limit is never read.
  for await (const chunk of body ?? []) {
    size += chunk.length;
    if (size > limit) throw tooLarge(limit);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, size);
}

function tooLarge(limit: number): FanfareError {
  return new FanfareError("payload_too_large", `body: has more than ${limit} bytes`);
}
