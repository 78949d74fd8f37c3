import { seededRuntime } from "fanfare/testing"; // refused: no-restricted-imports

export const used: unknown = seededRuntime;
