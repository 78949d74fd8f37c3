export { forum } from "./app.ts";
export type { ForumOptions } from "./service/options.ts";
