import { expect, it } from 'vitest';
import { OnnxModel } from '../../../src/onnx/model.ts';
import { columns } from './columns.ts';
import { plainGraph } from './plain-graph.ts';
import { generateRows } from './rows.ts';
import { scorePlain } from './score-plain.ts';
import { trainModel } from './train.ts';

const trained = trainModel(1);

it('holds the same trees: both forms give every row the same score', async () => {
  const { artifact, plain } = await trained;
  const rows = generateRows(500, 7);
  const model = await OnnxModel.open(artifact);
  const own = await model.runRows(rows);
  await model.release();
  const others = await scorePlain(plain, rows);
  for (const [row, score] of own.entries()) expect(Math.abs(score - (others[row] ?? NaN))).toBeLessThanOrEqual(1e-6);
  expect(new Set(own).size).toBeGreaterThan(450);
});

it('is made of a graph of columns only', async () => {
  const { plain } = await trained;
  expect(() => plainGraph(plain, columns.length)).toThrow('does not begin with its columns');
});
