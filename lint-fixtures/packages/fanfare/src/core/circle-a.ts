import { b } from "./circle-b.ts"; // refused: no-cycle
export const a: number = b;
