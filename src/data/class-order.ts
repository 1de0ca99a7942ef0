/** Whether one class comes before another: by number where both are numbers, else by their bytes. */
export function comesBefore(a: string, b: string): boolean {
  return Number.isNaN(Number(a)) || Number.isNaN(Number(b)) ? a < b : Number(a) < Number(b);
}

/** [negative, positive] of two classes: the positive one is that which the contract names, or the greater. */
export function classPair(a: string, b: string, positive: string | undefined): [string, string] {
  return (positive ?? (comesBefore(a, b) ? b : a)) === b ? [a, b] : [b, a];
}
