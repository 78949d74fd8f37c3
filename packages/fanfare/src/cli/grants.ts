import { isFanfareError, parseFilter, parsePattern, type Filter } from "@fanfare/protocol";
import { InvalidArgumentError } from "commander";
import type { Action } from "../core/identity.ts";

export interface GrantOption {
  readonly do: readonly Action[];
  readonly topics: readonly string[];
  readonly filter?: Filter;
}

export const GRANT_FORM = "ACTIONS:PATTERNS[:FILTER]";

const ACTIONS: readonly Action[] = ["subscribe", "publish", "signal", "admin"];

/**
 * Reads a grant as people write it. Neither actions nor patterns can hold a colon or a comma.
 *
 * @example
 * toGrant("subscribe,signal:chat.>,news");
 * toGrant('subscribe:orders.>:{"exact":{"region":"eu"}}');
 */
export function toGrant(text: string): GrantOption {
  const [, actions, patterns, filter] = /^([^:]*):([^:]*)(?::(.*))?$/s.exec(text) ?? [];
  if (actions === undefined || patterns === undefined)
    throw new InvalidArgumentError(`Expected ${GRANT_FORM}, such as subscribe:orders.>`);
  try {
    const topics = patterns.split(",").map((pattern) => parsePattern(pattern));
    return {
      do: actions.split(",").map(toAction),
      topics,
      ...(filter !== undefined && { filter: parseFilter(JSON.parse(filter)) }),
    };
  } catch (error) {
    if (isFanfareError(error)) throw new InvalidArgumentError(error.message);
    if (error instanceof SyntaxError) throw new InvalidArgumentError(`The filter is not valid JSON: ${error.message}`);
    throw error;
  }
}

function toAction(text: string): Action {
  const action = ACTIONS.find((one) => one === text);
  if (action === undefined) throw new InvalidArgumentError(`"${text}" is no action: expected ${ACTIONS.join(", ")}.`);
  return action;
}
