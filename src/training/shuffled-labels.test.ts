import { describe, expect, it } from 'vitest';
import { generatedFrame } from '../../test/training/generated-frame.ts';
import { shuffledLabels } from './shuffled-labels.ts';

describe('shuffled labels', () => {
  it('are the same labels on other rows, the same ones for the same seed', () => {
    const frame = generatedFrame('regression', 200);
    const before = [...frame.label];
    const shuffled = shuffledLabels(frame, 1);
    expect(shuffled.label.toSorted()).toEqual(frame.label.toSorted());
    expect([...shuffled.label].filter((label, row) => label === before[row]).length).toBeLessThan(20);
    expect(shuffledLabels(frame, 1).label).toEqual(shuffled.label);
    expect(shuffledLabels(frame, 2).label).not.toEqual(shuffled.label);
    expect([...frame.label]).toEqual(before);
    expect(shuffled.columns).toBe(frame.columns);
  });
});
