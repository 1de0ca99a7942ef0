// Of splits of categories (../../category-split.ts); AssemblyScript and TypeScript both compile this file.

/** Of a category with up to so many levels, each is tried alone against the others. */
export const fewLevels = 4;
/** Most levels that are looked for on one side; the others are the rest. */
export const mostLevels = 32;
/** Levels are taken over to a side until at least so many rows have come, and the rest has at least as many. */
export const rowsOfGroup = 100;
