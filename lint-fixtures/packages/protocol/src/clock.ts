export const now = (): number => Date.now(); // refused: no-restricted-properties

export const parsed = (text: string): number => Date.parse(text);
