import { FanfareError } from "@fanfare/protocol";
import type { z } from "zod";
import { fieldKind } from "./text-values.ts";
import type { RouteSpec, RouteTable } from "./route.ts";

const METHODS: ReadonlySet<string> = new Set(["GET", "POST", "PUT", "PATCH", "DELETE"]);
const METHOD_NAME = /^[a-z][A-Za-z0-9]{0,63}$/;
const PATH = /^(?:\/(?:[A-Za-z0-9_.-]+|\{[A-Za-z][A-Za-z0-9]*\}))+$/;

/** Throws `invalid_request`, naming the route, for what could not be served. */
export function checkRoutes(app: string, routes: RouteTable): void {
  const places = new Map<string, string>();
  for (const [name, route] of Object.entries(routes)) {
    const refuse = (key: string, words: string): never => {
      throw new FanfareError("invalid_request", `routes.${name}.${key}: ${words}`);
    };
    if (!METHOD_NAME.test(name)) refuse("name", "must be a method's name, such as addNote");
    if (!METHODS.has(route.method)) refuse("method", `must be one of ${[...METHODS].join(", ")}`);
    if (!PATH.test(route.path)) refuse("path", "must be parts as /threads/{thread}/posts");
    checkFields(route, refuse);
    const place = `${route.method} /api/v1/${app}${route.path.replaceAll(/\{\w+\}/g, "{}")}`;
    const other = places.get(place);
    if (other !== undefined) refuse("path", `is the one of ${other}`);
    places.set(place, name);
  }
}

function checkFields({ method, path, input }: RouteSpec, refuse: (key: string, words: string) => never): void {
  const inPath = pathFields(path);
  for (const field of inPath) if (!(field in input.shape)) refuse("input", `has no ${field}, which stands in the path`);
  const textual = hasBody(method) ? inPath : Object.keys(input.shape);
  for (const field of textual) {
    const kind = fieldKind(fieldOf(input, field));
    if (kind === undefined) return refuse(`input.${field}`, "stands in an address, which has no place for objects");
    if (inPath.includes(field) && kind.list) refuse(`input.${field}`, "stands in the path, once");
  }
}

/** The schema of a field; `undefined` for one that is not there. */
export function fieldOf({ shape }: z.ZodObject, field: string): z.core.$ZodType | undefined {
  return (shape as Readonly<Record<string, z.core.$ZodType>>)[field];
}

/** @example pathFields("/threads/{thread}/posts") // ["thread"] */
export function pathFields(path: string): readonly string[] {
  return [...path.matchAll(/\{(\w+)\}/g)].map(([, name = ""]) => name);
}

export function hasBody(method: RouteSpec["method"]): boolean {
  return method !== "GET" && method !== "DELETE";
}
