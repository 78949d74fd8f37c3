/** A close frame holds at most 125 bytes, two of which are the code. */
const MOST = 123;

/** The message cut to what a close frame can hold, at a character's border. */
export function closeReason(message: string): string {
  const bytes = Buffer.from(message);
  if (bytes.length <= MOST) return message;
  let end = MOST;
  // Continuation bytes begin with the bits 10: a cut before one would split a character.
  while (end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return bytes.toString("utf8", 0, end);
}
