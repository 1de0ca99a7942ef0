import { describe, expect, it } from 'vitest';
import type { Frame } from '../data/dataset.ts';
import { modelSpec } from '../spec/schema.ts';
import { Random } from '../training/random.ts';
import { answersOfClasses } from './class-answers.ts';
import { judge } from './judge.ts';

const rows = 900;
const classes = ['a', 'b', 'c'];

/** Rows of three classes by turns, half of them of the group x, and answers that are right as often as `sharpness` says. */
function world(sharpness: (row: number) => number) {
  const random = new Random(5);
  const label = Float64Array.from({ length: rows }, (_, row) => row % 3);
  const scores = new Float32Array(rows * 3);
  for (let row = 0; row < rows; row++) {
    const said = random.next() < sharpness(row) ? row % 3 : (row + 1) % 3;
    for (let k = 0; k < 3; k++) scores[row * 3 + k] = k === said ? 0.8 : 0.1;
  }
  const frame: Frame = {
    rows,
    features: ['group', 'n'],
    columns: {
      group: { type: 'category', codes: Int32Array.from({ length: rows }, (_, row) => row % 2), levels: ['x', 'y'] },
      n: { type: 'number', values: new Float32Array(rows).fill(1) },
    },
    label,
    classes,
    timestamp: null,
  };
  return { frame, answers: answersOfClasses(scores, classes, classes) };
}

const specOf = (evaluation: object) =>
  modelSpec.parse({
    model: 'm',
    task: 'multiclass-classification',
    owner: 'tests',
    source: { files: '*.csv' },
    contract: { label: 'y', features: { group: { type: 'category' }, n: { type: 'number' } } },
    evaluation,
  });

async function judged(evaluation: object, sharpness: (row: number) => number) {
  const { frame, answers } = world(sharpness);
  const champion = world(() => 0.7).answers;
  const costs = { bytes: 1, latencies: null, championLatencies: null };
  return judge(specOf(evaluation), {
    frame,
    candidate: answers,
    champion,
    score: (changed) => Promise.resolve(changed.rows === rows ? answers : world(sharpness).answers),
    costs,
  });
}

describe('a version of three classes', () => {
  it('is judged by what its spec asks: metrics with proof, each class as a slice, the rates of one class by group, behaviour', async () => {
    const {
      gates,
      groups,
      classes: reports,
    } = await judged(
      {
        gates: [{ accuracy: { better_than_champion_by: 0.1 } }, { log_loss: { better_than_champion_by: 0.1 } }],
        slices: [{ by: 'y', at_least: 100, gates: [{ accuracy: { at_least: 0.8 } }] }],
        fairness: { groups: ['group'], class: 'b', at_least: 50, equal_opportunity: { at_most: 0.2 } },
        behaviour: [{ invariance: { column: 'group' } }, { must_hold: { row: { n: 1 }, answer: 'a' } }],
      },
      () => 0.95,
    );
    expect(gates.filter(({ passed }) => !passed)).toEqual([]);
    expect(gates.map(({ gate }) => gate)).toEqual([
      'accuracy better_than_champion_by 0.1',
      'log_loss better_than_champion_by 0.1',
      'accuracy at_least 0.8 where y is a',
      'accuracy at_least 0.8 where y is b',
      'accuracy at_least 0.8 where y is c',
      'invariance group',
      'must_hold n 1',
      'gap of true-positive rates of b by group at_most 0.2',
    ]);
    expect(gates[0]?.because).toMatch(/accuracy is .* against the champion's .*McNemar/);
    expect(groups.map(({ group, truePositive }) => [group, (truePositive?.value ?? 0) > 0.9])).toEqual([
      ['group is x', true],
      ['group is y', true],
    ]);
    expect(reports?.map((one) => [one.class, one.rows])).toEqual([
      ['a', 300],
      ['b', 300],
      ['c', 300],
    ]);
  });

  it('fails where one class, or one group of a class, is left behind by a good average', async () => {
    const { gates } = await judged(
      {
        gates: [{ accuracy: { at_least: 0.8 } }],
        slices: [{ by: 'y', at_least: 100, gates: [{ accuracy: { at_least: 0.8 } }] }],
        fairness: { groups: ['group'], class: 'b', at_least: 50, equal_opportunity: { at_most: 0.2 } },
      },
      (row) => (row % 3 === 1 && row % 2 === 0 ? 0.4 : 0.97),
    );
    expect(gates.filter(({ passed }) => !passed).map(({ gate }) => gate)).toEqual([
      'accuracy at_least 0.8 where y is b',
      'gap of true-positive rates of b by group at_most 0.2',
    ]);
  });
});
