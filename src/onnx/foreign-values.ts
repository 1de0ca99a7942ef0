import type { Problem } from '../errors.ts';
import { numberOf, type ForeignValue } from './foreign-schema.ts';
import { dataType } from './schema.ts';
import { inputOf, type ModelSignature, scoresPerRow } from './signature.ts';

/** The value of a graph that the score is made of. */
export interface ScoreSource {
  readonly name: string;
  readonly isDouble: boolean;
  /** column: [rows, 1]; of K > 2 classes [rows, K]. pair: [rows, 2], the second is of the positive class. list: another one, or not told. */
  readonly shape: 'column' | 'pair' | 'list';
}

/** Features that a matrix may take, in its order. */
export function numbersOf({ features }: ModelSignature): ModelSignature['features'] {
  return features.filter(({ type }) => type !== 'category');
}

/**
 * Inputs that have a feature's name with `_` for whatever is no letter, digit or `_`, as skl2onnx writes names: by that name, the
 * input of the feature. Names that two features could have stand for none.
 */
export function aliasesOf(inputs: readonly ForeignValue[], { features }: ModelSignature): ReadonlyMap<string, string> {
  const wanted = features.map(({ name }) => inputOf(name));
  const given = new Set(inputs.map(({ name }) => name));
  const aliases = new Map<string, string>();
  for (const input of wanted) {
    const plain = input.replaceAll(/\W/g, '_');
    const meant = wanted.filter((other) => other.replaceAll(/\W/g, '_') === plain);
    if (!given.has(input) && given.has(plain) && meant.length === 1) aliases.set(plain, input);
  }
  return aliases;
}

/** The input that takes all numbers at once; null where there is none. */
export function matrixOf(inputs: readonly ForeignValue[], signature: ModelSignature): string | null {
  const features = new Set(signature.features.map(({ name }) => inputOf(name)));
  const numbers = numbersOf(signature).map(({ name }) => inputOf(name));
  const own = inputs.filter(({ name }) => features.has(name)).map(({ name }) => name);
  const others = inputs.filter(({ name }) => !features.has(name));
  const [matrix] = others;
  if (matrix === undefined || others.length > 1 || numbers.length === 0 || own.some((name) => numbers.includes(name)))
    return null;
  return elementOf(matrix) === dataType.float ? matrix.name : null;
}

/** Where a graph does not take the features of a signature. `matrix`: the input that takes the numbers, if one does. */
export function inputProblems(inputs: readonly ForeignValue[], signature: ModelSignature, matrix: string | null): Problem[] {
  const problems: Problem[] = [];
  const given = new Map(inputs.map((input) => [input.name, input]));
  const numbers = numbersOf(signature);
  for (const { name, type } of signature.features) {
    if (matrix !== null && type !== 'category') continue;
    const found = given.get(inputOf(name));
    const right = type === 'category' ? 'string' : 'float32';
    const is = found === undefined ? 'missing' : elementName(elementOf(found));
    if (is !== right) problems.push({ subject: name, message: `its input for ${name} is ${is} and not ${right}`, hint });
    given.delete(inputOf(name));
  }
  const width = matrix === null ? null : widthOf(given.get(matrix));
  if (width !== null && width !== numbers.length)
    problems.push({
      subject: matrix ?? '',
      message: `its input ${matrix} takes ${width} columns for ${numbers.length} numbers`,
      hint,
    });
  for (const name of given.keys()) {
    if (name !== matrix) problems.push({ subject: name, message: `no feature is its input ${name}`, hint });
  }
  return problems;
}

const hint = 'an input [rows, 1] for each feature, or one float32 matrix of all numbers in their order';

/** What the score is made of; a sentence where that cannot be told. */
export function scoreSource(outputs: readonly ForeignValue[], signature: ModelSignature): ScoreSource | string {
  const scores = outputs.filter((output) => [dataType.float, dataType.double].includes(elementOf(output) as 1 | 11));
  const named = scores.find(({ name }) => name === 'score');
  const [wide, wanted] = wideOutput(signature);
  const fitting = named === undefined ? scores.filter((output) => wide === null || widthOf(output) === wide) : [named];
  const [only] = fitting;
  if (only === undefined || fitting.length > 1) {
    const given = outputs.map((output) => `${output.name} (${elementName(elementOf(output))})`).join(', ');
    return `it has ${wanted}; it gives ${given === '' ? 'nothing' : given}`;
  }
  const perRow = scoresPerRow(signature);
  const width = widthOf(only);
  if (width !== null && width !== perRow && width !== wide)
    return `its output ${only.name} has ${width} columns for ${perRow === 1 ? 'a score of one' : `${perRow} classes`}`;
  const isDouble = elementOf(only) === dataType.double;
  return { name: only.name, isDouble, shape: width === perRow ? 'column' : width === null ? 'list' : 'pair' };
}

/** How wide an output without the name `score` has to be to be it, where that is told; and what was missed where none is. */
function wideOutput({ task, classes }: ModelSignature): [width: number | null, missed: string] {
  if (task === 'regression') return [null, 'no single float output'];
  const width = classes?.length ?? 2;
  return [width, `no float output score, nor one of probabilities [rows, ${width}]`];
}

function elementOf({ type }: ForeignValue): number | null {
  return type?.tensor_type?.elem_type ?? null;
}

function elementName(element: number | null): string {
  const known: Record<number, string> = {
    1: 'float32',
    6: 'int32',
    7: 'int64',
    8: 'string',
    9: 'boolean',
    10: 'float16',
    11: 'float64',
  };
  return element === null ? 'no tensor' : (known[element] ?? `of type ${element}`);
}

/** Columns of a [rows, columns] tensor; null where there are none or their number is not told. */
function widthOf(value: ForeignValue | undefined): number | null {
  const dims = value?.type?.tensor_type?.shape?.dim;
  // A dimension that has a name in the place of a number reads as 0.
  return dims?.length === 2 ? numberOf(dims[1]?.dim_value) || null : null;
}
