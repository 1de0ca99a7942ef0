import * as ort from 'onnxruntime-node';
import { plainInput } from './plain-graph.ts';

/** What a plain graph says of rows. */
export async function scorePlain(plain: Uint8Array, rows: readonly (readonly number[])[]): Promise<Float32Array> {
  const session = await ort.InferenceSession.create(plain, { intraOpNumThreads: 1 });
  const matrix = Float32Array.from(rows.flat());
  const { score } = await session.run({
    [plainInput]: new ort.Tensor('float32', matrix, [rows.length, matrix.length / rows.length]),
  });
  await session.release();
  return score?.data as Float32Array;
}
