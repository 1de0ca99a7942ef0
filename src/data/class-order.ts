/** Whether one class comes before another: by number where both are numbers, else by their bytes. */
export function comesBefore(a: string, b: string): boolean {
  return Number.isNaN(Number(a)) || Number.isNaN(Number(b)) ? a < b : Number(a) < Number(b);
}

/** [negative, positive] of two classes: the positive one is that which the contract names, or the greater. */
export function classPair(a: string, b: string, positive: string | undefined): [string, string] {
  return (positive ?? (comesBefore(a, b) ? b : a)) === b ? [a, b] : [b, a];
}

/** Classes in the order in which a model names them: by number where all of them are numbers, else by their bytes. */
export function sortedClasses(classes: readonly string[]): string[] {
  const numbers = classes.every((one) => one.trim() !== '' && !Number.isNaN(Number(one)));
  return classes.toSorted((a, b) => (numbers ? Number(a) - Number(b) : 0) || (a < b ? -1 : 1));
}
