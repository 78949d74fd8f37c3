import { createHub } from "fanfare";
import { used } from "../src/react/hook.ts"; // refused: no-restricted-imports

export const usedBoth: unknown[] = [createHub, used];
