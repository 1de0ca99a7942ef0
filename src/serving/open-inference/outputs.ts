import type { Task } from '../../onnx/signature.ts';
import type { Prediction } from '../predictor.ts';

/** In the order in which they are answered where none is asked for. */
export const outputNames = ['prediction', 'score', 'prediction_id'] as const;
export type OutputName = (typeof outputNames)[number];

/** One output of an answer, of the shape [rows, 1]. */
export interface Output {
  readonly name: OutputName;
  readonly datatype: 'BYTES' | 'FP64';
  /** Texts for BYTES; numbers for FP64, NaN where there is none. */
  readonly elements: readonly (string | number)[];
}

/** The datatype of an output: classes and ids are text. */
export function outputDatatype(name: OutputName, task: Task): Output['datatype'] {
  return name === 'score' || (name === 'prediction' && task === 'regression') ? 'FP64' : 'BYTES';
}

export function outputsOf(names: readonly OutputName[], task: Task, predictions: readonly Prediction[]): Output[] {
  return names.map((name) => {
    const datatype = outputDatatype(name, task);
    return { name, datatype, elements: predictions.map((prediction) => elementOf(name, datatype, prediction)) };
  });
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
