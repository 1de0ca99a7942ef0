import { describe, expect, it } from 'vitest';
import { parseSpec } from './parse.ts';

const head = `model: price
task: regression
owner: pricing
source: { files: data.csv }
contract: { label: price, features: { size: { type: number } } }
`;

const mistakes = (training: string): string[] => {
  try {
    parseSpec(`${head}training: ${training}\n`, 'pawl.yaml');
    return [];
  } catch (error) {
    return (error as { problems: { message: string; hint?: string }[] }).problems.map(({ message }) => message);
  }
};

describe('a model to import', () => {
  it.each([
    '{ trainer: import, import: { onnx: models/price.onnx } }',
    '{ trainer: import, import: { mlflow: models:/price@prod } }',
    '{ trainer: import, import: { mlflow: models:/price@prod, golden: models/golden.json } }',
  ])('is named by %s', (training) => expect(mistakes(training)).toEqual([]));

  it('has to be named where the trainer is import, and nowhere else', () => {
    expect(mistakes('{ trainer: import }')).toEqual(['the trainer is import and training.import is missing']);
    expect(mistakes('{ import: { onnx: price.onnx } }')).toEqual(['training.import names a model, and the trainer makes one']);
  });

  it('is one, by an alias or a number', () => {
    for (const wrong of ['price', 'models:/price', 'models:/price/prod', 'runs:/abc/model'])
      expect(mistakes(`{ trainer: import, import: { mlflow: "${wrong}" } }`)).toHaveLength(1);
    expect(mistakes('{ trainer: import, import: { onnx: a.onnx, mlflow: models:/price/1 } }')).toHaveLength(1);
    expect(mistakes('{ trainer: import, import: {} }')).toHaveLength(1);
    expect(mistakes('{ trainer: import, import: { golden: golden.json } }')).toHaveLength(1);
  });

  it('learns nothing, so that what is about learning is a mistake', () => {
    expect(mistakes('{ trainer: import, import: { onnx: a.onnx }, params: { trees: 3 } }')).toEqual([
      'training.params is of learning, and an import learns nothing here',
    ]);
  });
});
