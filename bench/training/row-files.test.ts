import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it } from 'vitest';
import type { Frame } from '../../src/data/dataset.ts';
import { readRows, writeRows } from './row-files.ts';

it('gives every program the rows as they were drawn, missing values and categories included', () => {
  const train: Frame = {
    rows: 3,
    features: ['x', 'where'],
    columns: {
      x: { type: 'number', values: Float32Array.of(0.1, NaN, -3) },
      where: { type: 'category', codes: Int32Array.of(1, -1, 0), levels: ['coast', 'hills'] },
    },
    label: Float64Array.of(0, 1, 1),
    classes: ['0', '1'],
    timestamp: null,
  };
  const test: Frame = {
    ...train,
    rows: 1,
    columns: {
      x: { type: 'number', values: Float32Array.of(7) },
      where: { type: 'category', codes: Int32Array.of(0), levels: ['coast', 'hills'] },
    },
    label: Float64Array.of(1),
  };
  const folder = mkdtempSync(path.join(tmpdir(), 'pawl-bench-'));
  try {
    writeRows(folder, 'binary-classification', { train, test });
    expect(readRows(folder, 'train')).toEqual({ task: 'binary-classification', frame: train });
    expect(readRows(folder, 'test').frame).toEqual(test);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
