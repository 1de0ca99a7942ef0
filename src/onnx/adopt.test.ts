import { describe, expect, it } from 'vitest';
import type { FinalError } from '../errors.ts';
import { adoptGraph } from './adopt.ts';
import { ForeignModelProto } from './foreign-schema.ts';
import { columnValue, Graph } from './graph.ts';
import { OnnxModel } from './model.ts';
import { GraphProto, ModelProto } from './schema.ts';
import type { ModelSignature } from './signature.ts';

const binary: ModelSignature = {
  format: 1,
  task: 'binary-classification',
  features: [
    { name: 'a', type: 'number' },
    { name: 'kind', type: 'category' },
    { name: 'b', type: 'boolean' },
  ],
  classes: ['no', 'yes'],
  threshold: 0.5,
};
const regression: ModelSignature = { ...binary, task: 'regression', classes: null, threshold: null };

const tensor = (name: string, type: number, ...dims: (number | string)[]) => ({
  name,
  type: {
    tensor_type: {
      elem_type: type,
      shape: { dim: dims.map((d) => (typeof d === 'string' ? { dim_param: d } : { dim_value: d })) },
    },
  },
});

/** A graph as another tool writes it. */
function foreign(build: (graph: Graph) => void, input: object[], output: object[], opset = 18): Uint8Array {
  const graph = new Graph('team');
  build(graph);
  const { node, initializer } = GraphProto.toObject(GraphProto.decode(graph.encodePart())) as {
    node: object[];
    initializer?: object[];
  };
  return ModelProto.encode(
    ModelProto.fromObject({
      ir_version: 8,
      opset_import: [{ domain: '', version: opset }],
      graph: { name: 'team', node, initializer: initializer ?? [], input, output },
    }),
  ).finish();
}

async function scores(bytes: Uint8Array, signature: ModelSignature): Promise<number[]> {
  const model = await OnnxModel.open(adoptGraph(bytes, signature));
  try {
    const inputs = { a: Float32Array.of(1, 2, 3), b: Float32Array.of(0.25, 0.5, 1), kind: ['x', '', 'y'] };
    return [...(await model.run(inputs, 3))];
  } finally {
    await model.release();
  }
}

const matrix = [tensor('X', 1, 'N', 2), columnValue('kind', 8)];

describe('a graph of others, adopted', () => {
  it('takes a matrix of numbers and gives the second of two probabilities', async () => {
    const bytes = foreign((graph) => graph.node('Identity', ['X'], {}, '', 'probabilities'), matrix, [
      tensor('label', 7, 'N'),
      tensor('probabilities', 1, 'N', 2),
    ]);
    expect(await scores(bytes, binary)).toEqual([0.25, 0.5, 1]);
  });

  it.each([9, 13, 18])('takes inputs of its own for each feature, with the operators of opset %i', async (opset) => {
    const inputs = [columnValue('a', 1), columnValue('b', 1), columnValue('kind', 8)];
    const bytes = foreign((graph) => graph.node('Add', ['a', 'b'], {}, '', 'score'), inputs, [columnValue('score', 1)], opset);
    expect(await scores(bytes, regression)).toEqual([1.25, 2.5, 4]);
  });

  it('takes inputs whose names were made plain', async () => {
    const inputs = [columnValue('hours_per_week', 1), columnValue('native_country', 8)];
    const bytes = foreign((graph) => graph.node('Identity', ['hours_per_week'], {}, '', 'score'), inputs, [
      columnValue('score', 1),
    ]);
    const features = [
      { name: 'hours-per-week', type: 'number' as const },
      { name: 'native-country', type: 'category' as const },
    ];
    const model = await OnnxModel.open(adoptGraph(bytes, { ...regression, features }));
    const inputsByFeature = { 'hours-per-week': Float32Array.of(40, 20), 'native-country': ['x', ''] };
    expect([...(await model.run(inputsByFeature, 2))]).toEqual([40, 20]);
    await model.release();
  });

  it('makes a column of a list, and float32 of float64', async () => {
    const build = (graph: Graph) => {
      const sum = graph.node('ReduceSum', ['X', graph.integers([1])], { keepdims: { int: 0 } });
      graph.node('Cast', [sum], { to: { int: 11 } }, '', 'score');
    };
    expect(await scores(foreign(build, matrix, [tensor('score', 11, 'N')]), regression)).toEqual([1.25, 2.5, 4]);
  });

  it('is refused with all that is wrong: a matrix of another width, and no score', () => {
    const bytes = foreign(
      (graph) => graph.node('Identity', ['X'], {}, '', 'other'),
      [tensor('X', 1, 'N', 3), columnValue('kind', 8)],
      [tensor('label', 7, 'N')],
    );
    const refused = expect.objectContaining({
      code: 'PAWL_TRAINER_OUTPUT_INVALID',
      problems: [
        expect.objectContaining({ message: 'its input X takes 3 columns for 2 numbers' }),
        expect.objectContaining({ message: expect.stringContaining('it gives label (int64)') as string }),
      ],
    }) as Error;
    expect(() => adoptGraph(bytes, binary)).toThrow(refused);
  });

  it('is refused where weights lie in another file, also within a branch, or an operator is custom there', () => {
    const outside = { name: 'w', data_location: 1 };
    const inner = { node: [{ op_type: 'Wizard', domain: 'com.team', attribute: [] }], initializer: [outside] };
    const bytes = withBranch(inner);
    expect(() => adoptGraph(bytes, binary)).toThrow(
      expect.objectContaining({
        problems: expect.arrayContaining([
          expect.objectContaining({ message: 'the operator com.team.Wizard (1 node) is not of the ONNX standard' }),
          expect.objectContaining({ message: '1 of its tensors lie in another file (w)' }),
        ]) as unknown,
      }) as Error,
    );
  });
});

/** A graph with an If whose branch is given. */
function withBranch(branch: object): Uint8Array {
  return ForeignModelProto.encode(
    ForeignModelProto.fromObject({
      graph: { node: [{ op_type: 'If', attribute: [{ name: 'then_branch', g: branch }] }], input: matrix },
    }),
  ).finish();
}

describe('a graph of three classes or more', () => {
  const many: ModelSignature = { ...binary, task: 'multiclass-classification', classes: ['p', 'q', 'r'], threshold: null };
  const of = (width: number, name: string, type: number, declared: number | string = width) =>
    foreign(
      (graph) => {
        const both = graph.node('Gather', ['X', graph.integers([0, 1, 0, 1].slice(0, width))], { axis: { int: 1 } });
        graph.node('Cast', [both], { to: { int: type } }, '', name);
      },
      matrix,
      [tensor('label', 7, 'N'), tensor(name, type, 'N', declared)],
    );

  it.each([
    ['probabilities', of(3, 'probabilities', 1)],
    ['probabilities in float64', of(3, 'probabilities', 11)],
    ['a score whose columns are not told', of(3, 'score', 11, 'K')],
    ['a score', of(3, 'score', 1)],
  ])('gives them in the order of the classes: %s', async (_, bytes) => {
    expect(await scores(bytes, many)).toEqual([1, 0.25, 1, 2, 0.5, 2, 3, 1, 3]);
  });

  it('is refused where it tells another number of them apart', () => {
    expect(problemsOf(() => adoptGraph(of(2, 'score', 1), many))).toEqual(['its output score has 2 columns for 3 classes']);
    expect(problemsOf(() => adoptGraph(of(2, 'probabilities', 1), many))).toEqual([
      'it has no float output score, nor one of probabilities [rows, 3]; it gives label (int64), probabilities (float32)',
    ]);
  });
});

function problemsOf(work: () => unknown): string[] {
  try {
    work();
    return [];
  } catch (error) {
    return (error as FinalError).problems.map(({ message }) => message);
  }
}
