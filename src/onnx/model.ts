import * as ort from 'onnxruntime-node';
import type { Frame } from '../data/dataset.ts';
import { FinalError } from '../errors.ts';
import { readSignature } from './graph.ts';
import type { ModelSignature } from './signature.ts';

/** Rows scored at a time: `run()` holds the event loop while it works. */
const batch = 4096;

/** An ONNX artifact loaded in ONNX Runtime. */
export class OnnxModel {
  readonly signature: ModelSignature;
  readonly #session: ort.InferenceSession;

  private constructor(signature: ModelSignature, session: ort.InferenceSession) {
    this.signature = signature;
    this.#session = session;
  }

  /** @throws FinalError PAWL_ARTIFACT_UNREADABLE where the bytes are no ONNX model with a signature that its inputs match. */
  static async open(bytes: Uint8Array): Promise<OnnxModel> {
    try {
      const signature = readSignature(bytes);
      if (signature === null) throw new Error('its metadata holds no pawl.signature');
      const session = await ort.InferenceSession.create(bytes, {
        intraOpNumThreads: 1,
        interOpNumThreads: 1,
        executionMode: 'sequential',
      });
      const missing = signature.features
        .filter((feature) => !session.inputNames.includes(feature.name))
        .map((feature) => feature.name);
      if (missing.length > 0 || !session.outputNames.includes('score'))
        throw new Error(`inputs or output are missing: ${[...missing, 'score'].join(', ')}`);
      return new OnnxModel(signature, session);
    } catch (cause) {
      throw new FinalError(
        'PAWL_ARTIFACT_UNREADABLE',
        `The artifact is no ONNX model of pawl's: ${cause instanceof Error ? cause.message : String(cause)}`,
        { cause },
      );
    }
  }

  /**
   * Scores rows.
   * @param inputs by feature, `rows` values each: float32 (missing NaN) or strings (missing '')
   * @returns one score a row: the probability of the positive class, or the value
   */
  async run(inputs: Readonly<Record<string, Float32Array | readonly string[]>>, rows: number): Promise<Float32Array> {
    if (rows === 0) return new Float32Array();
    const feeds: Record<string, ort.Tensor> = {};
    for (const { name } of this.signature.features) {
      const values = inputs[name];
      if (values?.length !== rows) throw new RangeError(`${name} has ${values?.length ?? 0} values for ${rows} rows.`);
      feeds[name] =
        values instanceof Float32Array
          ? new ort.Tensor('float32', values, [rows, 1])
          : new ort.Tensor('string', [...values], [rows, 1]);
    }
    const { score } = await this.#session.run(feeds, ['score']);
    return score?.data as Float32Array;
  }

  async release(): Promise<void> {
    await this.#session.release();
  }
}

/** Scores every row of a frame. */
export async function scoreFrame(model: OnnxModel, frame: Frame): Promise<Float32Array> {
  const scores = new Float32Array(frame.rows);
  for (let start = 0; start < frame.rows; start += batch) {
    const end = Math.min(frame.rows, start + batch);
    const inputs: Record<string, Float32Array | readonly string[]> = {};
    for (const { name } of model.signature.features) {
      const column = frame.columns[name];
      if (column === undefined) throw new RangeError(`The frame has no column ${name}.`);
      inputs[name] =
        column.type === 'number'
          ? column.values.subarray(start, end)
          : Array.from(column.codes.subarray(start, end), (code) => column.levels[code] ?? '');
    }
    scores.set(await model.run(inputs, end - start), start);
  }
  return scores;
}
