/** Where a value of the configuration came from, in the words of whoever gave it. */
export interface Source {
  /** `call` is what a person just typed or exported, `file` what was written down before. */
  readonly kind: "call" | "file";
  /** `--addr`, `FANFARE_ADDR`, `/srv/fanfare.config.ts`. */
  readonly name: string;
}

/** A configuration that no daemon can run with. The message is one line for people: key, source, what is allowed. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
  readonly source: Source;

  constructor(message: string, source: Source, options?: { readonly cause?: unknown }) {
    super(`${message} (from ${source.name})`, options);
    this.source = source;
  }
}
