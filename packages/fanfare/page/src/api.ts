import type { Problem } from "@fanfare/protocol";
import { readToken } from "./token.ts";

const TIMEOUT_MS = 10_000;

/** The server answered, and refuses: with its own problem document where it gave one. */
export class Refusal extends Error {
  override readonly name = "Refusal";
  readonly status: number;
  readonly code: string;

  constructor({ status, code, detail }: Pick<Problem, "status" | "detail"> & { readonly code: string }) {
    super(detail);
    this.status = status;
    this.code = code;
  }

  /** Another credential would help. */
  get wantsToken(): boolean {
    return this.status === 401;
  }
}

/** Nobody answered. */
export class Unreached extends Error {
  override readonly name = "Unreached";
}

/** A document of the API, and whether the server called it good: a state of 503 is a document too. */
export interface Answer<Document> {
  readonly ok: boolean;
  readonly document: Document;
}

/** Throws {@link Refusal} or {@link Unreached}. Paths are relative, so that the page also works below a proxy's prefix. */
export async function getDocument<Document>(path: string, query?: URLSearchParams): Promise<Answer<Document>> {
  const address = query === undefined ? path : `${path}?${query}`;
  return answerOf(await reach(address, { headers: { accept: "application/json", ...credential() } }));
}

/** Throws {@link Refusal} or {@link Unreached}. */
export async function postDocument<Document>(path: string, body: unknown): Promise<Document> {
  const headers = { accept: "application/json", "content-type": "application/json", ...credential() };
  const response = await reach(path, { method: "POST", headers, body: JSON.stringify(body) });
  return (await answerOf<Document>(response)).document;
}

function credential(): Readonly<Record<string, string>> {
  const token = readToken();
  return token === undefined ? {} : { authorization: `Bearer ${token}` };
}

async function reach(address: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(address, { ...init, cache: "no-store", signal: AbortSignal.timeout(TIMEOUT_MS) });
  } catch (cause) {
    throw new Unreached("the daemon does not answer", { cause });
  }
}

async function answerOf<Document>(response: Response): Promise<Answer<Document>> {
  const document: unknown = await response.json().catch(() => undefined);
  if (isProblem(document)) throw new Refusal({ ...document, status: response.status });
  if (document === undefined || (!response.ok && response.status !== 503))
    throw new Refusal({ status: response.status, code: "internal", detail: `the server answered ${response.status}` });
  return { ok: response.ok, document: document as Document };
}

function isProblem(value: unknown): value is Problem {
  return typeof value === "object" && value !== null && "code" in value && "detail" in value;
}
