import type { Frame } from '../../data/dataset.ts';

/**
 * The weight of each class, in the order of `classes`, by which all of them weigh alike: rows / (classes that have rows * rows of the
 * class) (G. King and L. Zeng, "Logistic regression in rare events data", Political Analysis 9, 2001); 1 for a class without rows.
 */
export function balancedWeights({ label, classes, rows }: Pick<Frame, 'label' | 'classes' | 'rows'>): number[] {
  const counts = new Array<number>(classes?.length ?? 0).fill(0);
  for (const index of label) counts[index] = (counts[index] ?? 0) + 1;
  const present = counts.filter((count) => count > 0).length;
  return counts.map((count) => (count === 0 ? 1 : rows / (present * count)));
}
