import { stat } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import { PROTOCOL_SCHEMA, PROTOCOL_SCHEMA_ID } from "@fanfare/protocol/schema";
import type { TestContext } from "vitest";
import type { Trial } from "./documents.ts";
import { unsaid } from "./output.ts";
import { runInPage, showPage } from "./page.ts";
import type { Workshop } from "./workshop.ts";

/** What came of a block: a good one has code 0 and nothing unsaid. */
export type Outcome = {
  readonly code: number | null;
  /** Lines that the document shows and that did not come. */
  readonly unsaid: readonly string[];
  /** All that was said, where something is wrong. */
  readonly said?: string;
};

const ajv = new Ajv2020({ schemas: [PROTOCOL_SCHEMA], allowUnionTypes: true });
export const GOOD: Outcome = { code: 0, unsaid: [] };

/** Does with a block what its language asks for. Throws for a language that nobody here can try. */
export async function tryBlock(trial: Trial, shop: Workshop, context: TestContext): Promise<Outcome> {
  const { language, body, file } = trial;
  switch (language) {
    case "sh": {
      if (body.includes("curl ") && !(await hasCurl())) return context.skip("install curl to try what people type");
      return judge(await shop.bash(body), shop.local(trial.shown));
    }
    case "ts": {
      // A file that a later block names is run by that block.
      return trial.used ? GOOD : judge(await shop.node(file), shop.local(trial.shown));
    }
    case "tsx": {
      if (!trial.used) throw new Error(`no page after it uses ${file}`);
      return GOOD;
    }
    case "js": {
      return judge(await runInPage(context, shop, body), "");
    }
    case "html": {
      return judge(await showPage(context, shop, trial), trial.shown);
    }
    case "json": {
      return checkJson(trial);
    }
    default: {
      throw new Error(`nothing here knows how to try ${language === "" ? "a block without a language" : language}`);
    }
  }
}

async function hasCurl(): Promise<boolean> {
  const folders = (process.env["PATH"] ?? "").split(delimiter).filter((folder) => folder !== "");
  const found = await Promise.all(folders.map((folder) => stat(join(folder, "curl")).catch(() => undefined)));
  return found.some((file) => file !== undefined);
}

function judge({ code, said }: { readonly code: number | null; readonly said: string }, shown: string): Outcome {
  const missing = unsaid(shown, said);
  return code === 0 && missing.length === 0 ? GOOD : { code, unsaid: missing, said };
}

function checkJson({ body, kind }: Trial): Outcome {
  const value: unknown = JSON.parse(body);
  if (kind === "") return GOOD;
  const fits = ajv.compile({ $ref: `${PROTOCOL_SCHEMA_ID}#/$defs/${kind}` });
  return fits(value) ? GOOD : { code: 1, unsaid: [], said: ajv.errorsText(fits.errors) };
}
