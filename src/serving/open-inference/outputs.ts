import type { Task } from '../../onnx/signature.ts';
import type { Prediction } from '../predictor.ts';

/** `probabilities` is of three classes or more. */
export const outputNames = ['prediction', 'score', 'prediction_id', 'probabilities'] as const;
export type OutputName = (typeof outputNames)[number];

/** Those that a model of this task has, in the order in which they are answered where none is asked for. */
export function outputNamesOf(task: Task): readonly OutputName[] {
  return outputNames.filter((name) => name !== 'probabilities' || task === 'multiclass-classification');
}

/** One output of an answer, of the shape [rows, 1]; of `probabilities` [rows, classes]. */
export interface Output {
  readonly name: OutputName;
  readonly datatype: 'BYTES' | 'FP64';
  /** Texts for BYTES; numbers for FP64, NaN where there is none. Row by row. */
  readonly elements: readonly (string | number)[];
  /** What the columns of `probabilities` are of, in their order. */
  readonly classes?: readonly string[];
}

export function shapeOf({ elements, classes }: Output): [rows: number, columns: number] {
  const columns = Math.max(1, classes?.length ?? 1);
  return [elements.length / columns, columns];
}

/** What an answer says of an output beside its elements; the protocol takes texts and numbers. */
export function parametersOf({ classes }: Output): { readonly classes?: string } {
  return classes === undefined ? {} : { classes: JSON.stringify(classes) };
}

/** The datatype of an output: classes and ids are text. */
export function outputDatatype(name: OutputName, task: Task): Output['datatype'] {
  return name === 'score' || name === 'probabilities' || (name === 'prediction' && task === 'regression') ? 'FP64' : 'BYTES';
}

/** @param classes of the version that was expected to answer: those of probabilities that nobody gave */
export function outputsOf(
  names: readonly OutputName[],
  task: Task,
  predictions: readonly Prediction[],
  classes: readonly string[] = [],
): Output[] {
  return names.flatMap((name) => {
    const datatype = outputDatatype(name, task);
    if (name === 'probabilities') return probabilitiesOf(predictions, classes);
    return [{ name, datatype, elements: predictions.map((prediction) => elementOf(name, datatype, prediction)) }];
  });
}

/** None where nobody knows of which classes. */
function probabilitiesOf(predictions: readonly Prediction[], expected: readonly string[]): Output[] {
  const classes = predictions[0]?.probabilities?.classes ?? expected;
  const elements = predictions.flatMap(({ probabilities }) => classes.map((_, k) => probabilities?.values[k] ?? NaN));
  return classes.length === 0 ? [] : [{ name: 'probabilities', datatype: 'FP64', elements, classes }];
}

function elementOf(name: OutputName, datatype: Output['datatype'], { id, prediction, score }: Prediction): string | number {
  if (name === 'prediction_id') return id;
  if (name === 'score') return score ?? NaN;
  return datatype === 'FP64' ? Number(prediction) : String(prediction);
}

/** Little-endian; texts with their length as 4 bytes before them. */
export function toBinary({ datatype, elements }: Output): Buffer {
  if (datatype === 'FP64') {
    const bytes = Buffer.allocUnsafe(8 * elements.length);
    for (const [i, element] of elements.entries()) bytes.writeDoubleLE(Number(element), 8 * i);
    return bytes;
  }
  const texts = elements.map(String);
  const bytes = Buffer.allocUnsafe(texts.reduce((sum, text) => sum + 4 + Buffer.byteLength(text), 0));
  let at = 0;
  for (const text of texts) {
    const length = bytes.write(text, at + 4);
    bytes.writeUInt32LE(length, at);
    at += 4 + length;
  }
  return bytes;
}
