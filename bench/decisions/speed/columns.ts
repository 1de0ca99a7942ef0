/** What is measured: as tables of features are, mostly numbers, skewed, rounded or repeating, some with values missing. */
export const numbers: readonly string[] = Array.from({ length: 16 }, (_, i) => `number_${i}`);
/** Of 3, 11, 19 and 27 categories. */
export const categories: readonly string[] = Array.from({ length: 4 }, (_, i) => `category_${i}`);

export const features = Object.fromEntries([
  ...numbers.map((name) => [name, { type: 'number' as const }] as const),
  ...categories.map((name) => [name, { type: 'category' as const }] as const),
]);
