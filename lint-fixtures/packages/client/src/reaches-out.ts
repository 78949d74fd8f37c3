import { useState } from "react"; // refused: no-restricted-imports
import { createRoot } from "react-dom/client"; // refused: no-restricted-imports
import { createHub } from "fanfare"; // refused: no-restricted-imports

export const usedAll: unknown[] = [useState, createRoot, createHub];
