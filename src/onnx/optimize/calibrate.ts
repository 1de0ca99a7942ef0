import * as ort from 'onnxruntime-node';
import type { Frame } from '../../data/dataset.ts';
import { withField } from '../message-field.ts';
import { dataType, fieldNumber, GraphProto } from '../schema.ts';
import { inputOf, type ModelSignature } from '../signature.ts';

/** The least and the greatest that a value took. */
export interface Range {
  readonly min: number;
  readonly max: number;
}

/** Rows scored between two turns of the event loop. */
const batch = 1024;

/**
 * What values inside of a graph are on some rows, by name; those that were not finite are left out.
 * @param names of float32 values
 */
export async function rangesOf(
  artifact: Uint8Array,
  { features }: ModelSignature,
  frame: Frame,
  names: readonly string[],
): Promise<Map<string, Range>> {
  if (names.length === 0) return new Map();
  const output = names.map((name) => ({ name, type: { tensor_type: { elem_type: dataType.float } } }));
  const told = GraphProto.encode(GraphProto.fromObject({ output })).finish();
  const session = await ort.InferenceSession.create(
    withField(artifact, fieldNumber.graphOfModel, (graph) => Buffer.concat([graph, told])),
    { intraOpNumThreads: 1, logSeverityLevel: 4 },
  );
  const ranges = new Map(names.map((name) => [name, { min: Infinity, max: -Infinity }]));
  try {
    for (let start = 0; start < frame.rows; start += batch) {
      const end = Math.min(frame.rows, start + batch);
      const feeds = Object.fromEntries(features.map(({ name }) => [inputOf(name), tensorOf(frame, name, start, end)]));
      const values = await session.run(feeds, names);
      for (const [name, range] of ranges)
        for (const value of (values[name]?.data ?? []) as Float32Array) {
          if (!Number.isFinite(value)) continue;
          if (value < range.min) range.min = value;
          if (value > range.max) range.max = value;
        }
    }
  } finally {
    await session.release();
  }
  return ranges;
}

function tensorOf(frame: Frame, name: string, start: number, end: number): ort.Tensor {
  const column = frame.columns[name];
  const dims = [end - start, 1];
  if (column?.type === 'number') return new ort.Tensor('float32', column.values.slice(start, end), dims);
  const texts = Array.from(column?.codes.subarray(start, end) ?? [], (code) => column?.levels[code] ?? '');
  return new ort.Tensor('string', texts, dims);
}
