import type { Frame } from '../data/dataset.ts';
import { Random } from './random.ts';

/**
 * The same rows with their labels dealt out at random (Fisher-Yates): a model that learned nothing, for rehearsing what
 * becomes of a bad version.
 */
export function shuffledLabels(frame: Frame, seed: number): Frame {
  const label = frame.label.slice();
  const random = new Random(seed);
  for (let i = label.length - 1; i > 0; i--) {
    const j = random.below(i + 1);
    const held = label[i] ?? 0;
    label[i] = label[j] ?? 0;
    label[j] = held;
  }
  return { ...frame, label };
}
