import { describe, expect, it } from 'vitest';
import type { Problem } from '../../errors.ts';
import { grpcAnswer } from './grpc-messages.ts';
import { outputNamesOf, outputsOf, toBinary } from './outputs.ts';
import { restAnswer } from './rest-answer.ts';
import { fromBinary, readHead } from './tensors.ts';

const predictions = [
  { id: 'a', prediction: 'grün', score: 0.25, version: 3 },
  { id: 'b', prediction: '', score: null, version: 3 },
];
const outputs = outputsOf(outputNamesOf('binary-classification'), 'binary-classification', predictions);

describe('outputs', () => {
  it('have classes and ids as text, scores and values as numbers', () => {
    expect(outputs).toMatchObject([
      { name: 'prediction', datatype: 'BYTES', elements: ['grün', ''] },
      { name: 'score', datatype: 'FP64', elements: [0.25, NaN] },
      { name: 'prediction_id', datatype: 'BYTES', elements: ['a', 'b'] },
    ]);
    expect(outputsOf(['prediction'], 'regression', [{ id: 'a', prediction: 7.5, score: 7.5, version: 1 }])).toMatchObject([
      { datatype: 'FP64', elements: [7.5] },
    ]);
  });

  it('are read from their bytes as they were, a score that there is not as missing', () => {
    const read = outputs.map((output) => {
      const problems: Problem[] = [];
      const head = readHead(output.name, output.datatype, [2, 1], problems);
      return head === null ? problems : fromBinary(head, toBinary(output), problems)?.elements;
    });
    expect(read).toEqual([
      ['grün', null],
      [0.25, null],
      ['a', 'b'],
    ]);
  });

  it('stand in the answer as JSON, or behind it where they were asked for in binary', () => {
    const inferred = { model: 'm', version: 3, id: 'a', fallback: 'champion' as const, outputs };
    const answer = restAnswer(inferred, (name) => name === 'score');
    const length = Number(answer.headers?.['inference-header-content-length']);
    const body = answer.body as Buffer;
    expect(JSON.parse(body.subarray(0, length).toString())).toMatchObject({
      model_name: 'm',
      model_version: '3',
      parameters: { fallback: 'champion' },
      outputs: [{ shape: [2, 1], data: ['grün', ''] }, { parameters: { binary_data_size: 16 } }, { data: ['a', 'b'] }],
    });
    expect(body.subarray(length).readDoubleLE(0)).toBe(0.25);
    expect(body.length).toBe(length + 16);
    expect(answer.headers).toMatchObject({ 'x-pawl-version': '3', 'x-pawl-fallback': 'champion' });
  });

  it('name no version in the answer that no version gave, and write a score that there is not as null', () => {
    const answer = restAnswer({ model: 'm', version: null, id: 'a', fallback: 'default', outputs }, () => false);
    expect(JSON.parse(answer.body as string)).not.toHaveProperty('model_version');
    expect(answer.headers).not.toHaveProperty('x-pawl-version');
    expect(JSON.parse(answer.body as string)).toMatchObject({ outputs: [{}, { data: [0.25, null] }, {}] });
  });

  it('have of three classes a column of probabilities for each, and say which', () => {
    const classes = ['a', 'b', 'c'];
    const many = 'multiclass-classification';
    const given = { classes, values: Float32Array.of(0.25, 0.5, 0.25) };
    const answered = outputsOf(outputNamesOf(many), many, [
      { id: 'x', prediction: 'b', score: 0.5, version: 1, probabilities: given },
    ]);
    const inferred = { model: 'm', version: 1, id: 'x', fallback: null, outputs: answered };
    const wanted = {
      name: 'probabilities',
      datatype: 'FP64',
      shape: [1, 3],
      parameters: { classes: '["a","b","c"]' },
      data: [0.25, 0.5, 0.25],
    };
    expect((JSON.parse(restAnswer(inferred, () => false).body as string) as { outputs: unknown[] }).outputs.at(-1)).toEqual(
      wanted,
    );
    expect(grpcAnswer(inferred, false).outputs.at(-1)).toEqual({
      name: 'probabilities',
      datatype: 'FP64',
      shape: [1, 3],
      parameters: { classes: { string_param: '["a","b","c"]' } },
      contents: { fp64_contents: [0.25, 0.5, 0.25] },
    });
    // The default answer has none: of the classes that were expected, or, where nobody knows them, not even those.
    const defaults = [{ id: 'x', prediction: 'a', score: null, version: null }];
    expect(outputsOf(['probabilities'], many, defaults, classes)).toMatchObject([{ elements: [NaN, NaN, NaN], classes }]);
    expect(outputsOf(['probabilities'], many, defaults)).toEqual([]);
  });
});
