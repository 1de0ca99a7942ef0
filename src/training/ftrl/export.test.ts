import { describe, expect, it } from 'vitest';
import { generatedFrame } from '../../../test/training/generated-frame.ts';
import type { Frame } from '../../data/dataset.ts';
import { OnnxModel } from '../../onnx/model.ts';
import { simplified } from '../../onnx/optimize/simplify.ts';
import { ModelMetadata } from '../../onnx/schema.ts';
import { scoreFrame } from '../../onnx/score-frame.ts';
import { signatureOf } from '../signature-of.ts';
import { begin } from './begin.ts';
import { exportFtrl, stateKey } from './export.ts';
import { Learner, weightsOf } from './learner.ts';
import { ftrlParams } from './params.ts';
import { decodeState, encodeState, type FtrlState } from './state.ts';

function learned(task: 'binary-classification' | 'regression', frame: Frame, bins: number): FtrlState {
  const params = ftrlParams.parse({ bins });
  const learner = new Learner(begin(signatureOf(task, frame), frame, undefined, params, 1), frame, undefined);
  learner.learn(0, frame.rows, false);
  return learner.state(frame.rows);
}

/** The score of a row, added up by the columns' definitions. */
function scoreOf(state: FtrlState, frame: Frame, row: number): number {
  const weights = weightsOf(state);
  let score = weights.intercept;
  state.columns.forEach(({ of }, i) => {
    const column = frame.columns[frame.features[i] ?? ''];
    let slot = (weights.columns[i]?.length ?? 0) - 1;
    if (of.type === 'number' && column?.type === 'number') {
      const value = column.values[row] ?? NaN;
      if (!Number.isNaN(value)) slot = of.thresholds.filter((threshold) => threshold < value).length;
    } else if (of.type === 'category' && column?.type === 'category') {
      const code = column.codes[row] ?? -1;
      if (code >= 0) slot = of.levels.indexOf(column.levels[code] ?? '');
    }
    score += weights.columns[i]?.[slot] ?? NaN;
  });
  return state.signature.task === 'regression' ? state.base + state.scale * score : 1 / (1 + Math.exp(-(state.base + score)));
}

describe('the graph of ftrl', () => {
  it.each([
    ['binary-classification', 16],
    ['binary-classification', 9],
    ['regression', 254],
    ['regression', 2],
  ] as const)('says what was learned: %s, %d bins', async (task, bins) => {
    const frame = generatedFrame(task, 2000);
    const state = learned(task, frame, bins);
    const model = await OnnxModel.open(exportFtrl(state));
    const graph = await scoreFrame(model, frame);
    await model.release();
    for (let row = 0; row < frame.rows; row++) {
      const own = scoreOf(state, frame, row);
      expect(Math.abs((graph[row] ?? NaN) - own)).toBeLessThan(1e-6 * Math.max(1, Math.abs(own)));
    }
  });

  it('carries the state to the bit', () => {
    const state = learned('regression', generatedFrame('regression', 500), 16);
    expect(decodeState(encodeState(state))).toEqual(state);
    expect(Buffer.from(exportFtrl(state)).includes(stateKey)).toBe(true);
  });

  it('keeps the state when it is simplified', async () => {
    const state = learned('binary-classification', generatedFrame('binary-classification', 500), 16);
    const { metadata_props: entries } = ModelMetadata.toObject(ModelMetadata.decode(await simplified(exportFtrl(state)))) as {
      metadata_props: { key: string; value: string }[];
    };
    expect(decodeState(entries.find(({ key }) => key === stateKey)?.value ?? '')).toEqual(state);
  });

  it('takes nothing for a state that is none', () => {
    const text = encodeState(learned('regression', generatedFrame('regression', 100), 16));
    const shorter = text.replace(/"thresholds":\[[^,]*,/, '"thresholds":[');
    expect(shorter).not.toBe(text);
    for (const other of ['', 'null', '{"format":2}', '{"format":1}', text.slice(0, -9), shorter]) {
      expect(decodeState(other)).toBeNull();
    }
  });
});
