import { FanfareError } from "@fanfare/protocol";
import { checkShape } from "../contract/shape.ts";
import { toCall, type Caller, type CallRules } from "./call.ts";
import type { Handlers, RouteSpec, RouteTable, Service } from "./route.ts";

type Method = (input: unknown, caller?: Caller) => Promise<unknown>;

/** The service in this process: what the app wrote, behind the checks that every door has. */
export function localService<Routes extends RouteTable>(
  routes: Routes,
  handlers: Handlers<Routes>,
  rules: CallRules,
): Service<Routes> {
  const methods = Object.entries(routes).map(([name, route]): readonly [string, Method] => {
    const handler = handlers[name] as ((input: unknown, call: unknown) => Promise<unknown>) | undefined;
    if (handler === undefined) throw new FanfareError("internal", `service: has no method ${name}, which is a route`);
    return [
      name,
      async (input, caller = {}) => {
        const checked = checkInput(route, input);
        return handler(checked, toCall(caller, name, checked, rules));
      },
    ];
  });
  return Object.fromEntries(methods) as unknown as Service<Routes>;
}

function checkInput({ input: schema }: RouteSpec, input: unknown): unknown {
  return checkShape(schema.strict(), input, { name: "", code: "invalid_request" });
}
