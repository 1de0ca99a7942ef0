import type { Frame } from '../../src/data/dataset.ts';
import type { Task } from '../../src/onnx/signature.ts';
import { Random } from '../../src/training/random.ts';

const classesOf = {
  regression: null,
  'binary-classification': ['no', 'yes'],
  'multiclass-classification': ['a', 'b', 'c'],
} as const;

/**
 * Rows in which every kind of column occurs: `signal` (a tenth missing, which says something itself), `noise`, `constant`,
 * `absent` (always missing), the boolean `flag`, and `region` (some missing, `rare` twice, `never` not at all).
 */
export function generatedFrame(task: Task, rows: number, seed = 1): Frame {
  const random = new Random(seed);
  const levels = ['coast', 'hills', 'never', 'plains', 'rare'];
  const effects = [1.5, -1.5, 0, 0.2, 0];
  const signal = new Float32Array(rows);
  const noise = new Float32Array(rows);
  const flag = new Float32Array(rows);
  const codes = new Int32Array(rows);
  const label = new Float64Array(rows);
  for (let i = 0; i < rows; i++) {
    const x = random.next() * 4 - 2;
    const isMissing = random.next() < 0.1;
    signal[i] = isMissing ? NaN : x;
    noise[i] = random.next() * 1000;
    flag[i] = random.next() < 0.3 ? 1 : 0;
    codes[i] = i === 7 || i === 11 ? 4 : ([0, 1, 3, -1][random.below(4)] ?? -1);
    const score = (isMissing ? 1 : 2 * x) + (flag[i] === 1 ? 1 : 0) + (effects[codes[i] ?? -1] ?? 0) - 0.3;
    const positive = () => Number(random.next() < 1 / (1 + Math.exp(-score)));
    label[i] =
      task === 'regression'
        ? 100 + 10 * score + random.next()
        : task === 'binary-classification'
          ? positive()
          : threeOf(score, random);
  }
  return {
    rows,
    features: ['signal', 'noise', 'constant', 'absent', 'flag', 'region'],
    columns: {
      signal: { type: 'number', values: signal },
      noise: { type: 'number', values: noise },
      constant: { type: 'number', values: new Float32Array(rows).fill(4.25) },
      absent: { type: 'number', values: new Float32Array(rows).fill(NaN) },
      flag: { type: 'number', values: flag, boolean: true },
      region: { type: 'category', codes, levels },
    },
    label,
    classes: classesOf[task],
    timestamp: null,
  };
}

/** 0 for low scores, 2 for those between, 1 for high ones, so that the order of the classes is not that of the scores. */
function threeOf(score: number, random: Random): number {
  const noisy = score + random.next() - 0.5;
  return noisy < -1 ? 0 : noisy < 1 ? 2 : 1;
}

/** The same rows with some columns replaced. */
export function withColumns(frame: Frame, columns: Frame['columns']): Frame {
  return { ...frame, columns: { ...frame.columns, ...columns } };
}
