import { FanfareError, jsonDepth, type Limits } from "@fanfare/protocol";

/**
 * Parses JSON that a client sent, called `name` in errors. Its depth is looked at first: the parser itself has no limit.
 * Throws `invalid_json`, or `invalid_request` for what is nested too deep.
 */
export function parseJson(name: string, text: string, limits: Pick<Limits, "jsonDepth">): unknown {
  const depth = jsonDepth(text);
  if (depth > limits.jsonDepth)
    throw new FanfareError(
      "invalid_request",
      `${name}: is nested ${depth} deep, at most ${limits.jsonDepth} are allowed`,
    );
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new FanfareError("invalid_json", `${name}: is not JSON`, { cause });
  }
}
