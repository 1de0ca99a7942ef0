import * as ort from 'onnxruntime-node';
import { FinalError } from '../errors.ts';
import { readSignature } from './read-signature.ts';
import { inputOf, type ModelSignature } from './signature.ts';

/** What a graph takes: by feature, float32 (missing NaN) or strings (missing ''). */
export type ModelInputs = Readonly<Record<string, Float32Array | readonly string[]>>;

/** An ONNX artifact loaded in ONNX Runtime. */
export class OnnxModel {
  readonly signature: ModelSignature;
  readonly #session: ort.InferenceSession;

  private constructor(signature: ModelSignature, session: ort.InferenceSession) {
    this.signature = signature;
    this.#session = session;
  }

  /** @throws FinalError PAWL_ARTIFACT_UNREADABLE where the bytes are no ONNX model with a signature that its graph keeps. */
  static async open(bytes: Uint8Array): Promise<OnnxModel> {
    let session: ort.InferenceSession | null = null;
    try {
      const signature = readSignature(bytes);
      session = await ort.InferenceSession.create(bytes, {
        // Scoring shares its process with much else; one thread also adds up in one order, so equal rows score equally.
        intraOpNumThreads: 1,
        interOpNumThreads: 1,
        executionMode: 'sequential',
        logSeverityLevel: 3,
      });
      const mistakes = mismatches(signature, session);
      if (mistakes.length > 0) throw new Error(mistakes.join('; '));
      return new OnnxModel(signature, session);
    } catch (cause) {
      await session?.release();
      const because = cause instanceof Error ? cause.message : String(cause);
      throw new FinalError('PAWL_ARTIFACT_UNREADABLE', `The artifact is no ONNX model of pawl's: ${because}`, { cause });
    }
  }

  /**
   * Scores rows. ONNX Runtime holds the event loop while it works: give it a few thousand at a time.
   * @param inputs by feature, `rows` values each
   * @returns one score a row: the probability of the positive class, or the value
   */
  async run(inputs: ModelInputs, rows: number): Promise<Float32Array> {
    if (rows === 0) return new Float32Array();
    const feeds: Record<string, ort.Tensor> = {};
    for (const { name } of this.signature.features) {
      const values = inputs[name];
      if (values?.length !== rows) throw new RangeError(`${name} has ${values?.length ?? 0} values for ${rows} rows.`);
      feeds[inputOf(name)] =
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

/** Where the graph is not what its signature says. */
function mismatches(signature: ModelSignature, session: ort.InferenceSession): string[] {
  const inputs = new Map(session.inputMetadata.map((input) => [input.name, input.isTensor ? input.type : 'no tensor']));
  const mistakes: string[] = [];
  for (const { name, type } of signature.features) {
    const [found, right] = [inputs.get(inputOf(name)), type === 'category' ? 'string' : 'float32'];
    if (found !== right) mistakes.push(`the graph's input for ${name} is ${found ?? 'missing'} and not ${right}`);
    inputs.delete(inputOf(name));
  }
  for (const name of inputs.keys()) mistakes.push(`the signature has no feature for the graph's input ${name}`);
  const score = session.outputMetadata.find((output) => output.name === 'score');
  if (score?.isTensor !== true || score.type !== 'float32') mistakes.push('the graph has no float32 output score');
  return mistakes;
}
