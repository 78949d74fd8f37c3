import { a } from "./circle-a.ts"; // refused: no-cycle
export const b: number = a;
