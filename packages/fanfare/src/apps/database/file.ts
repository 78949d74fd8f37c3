import { parse, join } from "node:path";

/**
 * The file of an app, beside the log's.
 *
 * @example appFile("/srv/fanfare.db", "forum") // "/srv/fanfare-forum.db"
 */
export function appFile(log: string, app: string): string {
  const { dir, name, ext } = parse(log);
  return join(dir, `${name}-${app}${ext === "" ? ".db" : ext}`);
}
