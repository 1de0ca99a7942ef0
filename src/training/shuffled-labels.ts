import type { Frame } from '../data/dataset.ts';

/**
 * The same rows with their labels dealt out at random (Fisher-Yates, mulberry32 from `seed`): a model that learned nothing,
 * for rehearsing what becomes of a bad version.
 */
export function shuffledLabels(frame: Frame, seed: number): Frame {
  const label = frame.label.slice();
  let state = seed >>> 0;
  const random = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
  for (let i = label.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    const held = label[i] ?? 0;
    label[i] = label[j] ?? 0;
    label[j] = held;
  }
  return { ...frame, label };
}
