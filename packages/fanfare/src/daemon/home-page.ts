import { fileURLToPath } from "node:url";

/** Folder of the built home page: it lies beside the compiled code, from where the sources find it too. */
export const HOME_PAGE: string = fileURLToPath(new URL("../../dist/page", import.meta.url));
