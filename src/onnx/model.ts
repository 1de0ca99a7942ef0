import * as ort from 'onnxruntime-node';
import { FinalError } from '../errors.ts';
import { gatherNumbers, numberFeatures } from './gather-numbers.ts';
import { readSignature } from './read-signature.ts';
import { dataType, ModelValues } from './schema.ts';
import { inputOf, type ModelSignature } from './signature.ts';

/** What a graph takes: by feature, float32 (missing NaN) or strings (missing ''). */
export type ModelInputs = Readonly<Record<string, Float32Array | readonly string[]>>;

/** Rows as a scorer has them: a value for each feature in the signature's order, missing NaN or ''. */
type Rows = readonly (readonly (number | string)[])[];

/** An ONNX artifact loaded in ONNX Runtime. */
export class OnnxModel {
  readonly signature: ModelSignature;
  readonly #session: ort.InferenceSession;
  /** The features that go into the one matrix; empty where each has an input of its own. */
  readonly #gathered: readonly number[];
  /** The matrix's name. */
  readonly #matrix: string;

  private constructor(signature: ModelSignature, session: ort.InferenceSession, matrix: string | null) {
    this.signature = signature;
    this.#session = session;
    this.#matrix = matrix ?? '';
    this.#gathered = matrix === null ? [] : numberFeatures(signature);
  }

  /** @throws FinalError PAWL_ARTIFACT_UNREADABLE where the bytes are no ONNX model with a signature that its graph keeps. */
  static async open(bytes: Uint8Array): Promise<OnnxModel> {
    let session: ort.InferenceSession | null = null;
    try {
      const signature = readSignature(bytes);
      const mistakes = mismatches(signature, bytes);
      if (mistakes.length > 0) throw new Error(mistakes.join('; '));
      const gathered = gatherNumbers(bytes, signature);
      session = await ort.InferenceSession.create(gathered.bytes, {
        // Scoring shares its process with much else; one thread also adds up in one order, so equal rows score equally.
        intraOpNumThreads: 1,
        interOpNumThreads: 1,
        executionMode: 'sequential',
        // Its own log goes to stderr, past ours; what fails is thrown as well.
        logSeverityLevel: 4,
      });
      return new OnnxModel(signature, session, gathered.matrix);
    } catch (cause) {
      await session?.release();
      const because = cause instanceof Error ? cause.message : String(cause);
      throw new FinalError('PAWL_ARTIFACT_UNREADABLE', `The artifact is no ONNX model of pawl's: ${because}`, { cause });
    }
  }

  /**
   * Scores columns. ONNX Runtime holds the event loop while it works: give it a few thousand rows at a time.
   * @param inputs by feature, `rows` values each
   * @returns one score a row: the probability of the positive class, or the value
   */
  async run(inputs: ModelInputs, rows: number): Promise<Float32Array> {
    if (rows === 0) return new Float32Array();
    const columns = this.signature.features.map(({ name }) => {
      const values = inputs[name];
      if (values?.length !== rows) throw new RangeError(`${name} has ${values?.length ?? 0} values for ${rows} rows.`);
      return values;
    });
    return this.#score(rows, (row, feature) => columns[feature]?.[row]);
  }

  /** Scores rows; else as `run`. */
  async runRows(rows: Rows): Promise<Float32Array> {
    if (rows.length === 0) return new Float32Array();
    return this.#score(rows.length, (row, feature) => rows[row]?.[feature]);
  }

  async release(): Promise<void> {
    await this.#session.release();
  }

  async #score(rows: number, value: (row: number, feature: number) => number | string | undefined): Promise<Float32Array> {
    const feeds: Record<string, ort.Tensor> = {};
    const width = this.#gathered.length;
    if (width > 0) {
      const matrix = new Float32Array(rows * width);
      for (let row = 0, at = 0; row < rows; row++)
        for (let i = 0; i < width; i++, at++) matrix[at] = value(row, this.#gathered[i] ?? 0) as number;
      feeds[this.#matrix] = new ort.Tensor('float32', matrix, [rows, width]);
    }
    for (const [feature, { name, type }] of this.signature.features.entries()) {
      if (type === 'category') {
        const texts = Array.from({ length: rows }, (_, row) => value(row, feature) as string);
        feeds[inputOf(name)] = new ort.Tensor('string', texts, [rows, 1]);
      } else if (width === 0) {
        const numbers = Float32Array.from({ length: rows }, (_, row) => value(row, feature) as number);
        feeds[inputOf(name)] = new ort.Tensor('float32', numbers, [rows, 1]);
      }
    }
    const { score } = await this.#session.run(feeds, outputs);
    return score?.data as Float32Array;
  }
}

const outputs = ['score'];

/** What a graph takes or gives, as onnx.proto has it. */
interface Value {
  readonly name: string;
  readonly type?: { readonly tensor_type?: { readonly elem_type: number } };
}

/** Where the graph is not what its signature says. */
function mismatches(signature: ModelSignature, bytes: Uint8Array): string[] {
  const { graph } = ModelValues.decode(bytes) as unknown as { graph?: { input: Value[]; output: Value[] } };
  const inputs = new Map(graph?.input.map((input) => [input.name, typeOf(input)]));
  const mistakes: string[] = [];
  for (const { name, type } of signature.features) {
    const [found, right] = [inputs.get(inputOf(name)), type === 'category' ? 'string' : 'float32'];
    if (found !== right) mistakes.push(`the graph's input for ${name} is ${found ?? 'missing'} and not ${right}`);
    inputs.delete(inputOf(name));
  }
  for (const name of inputs.keys()) mistakes.push(`the signature has no feature for the graph's input ${name}`);
  const score = graph?.output.find((output) => output.name === 'score');
  if (score === undefined || typeOf(score) !== 'float32') mistakes.push('the graph has no float32 output score');
  return mistakes;
}

function typeOf({ type }: Value): string {
  const element = type?.tensor_type?.elem_type;
  return element === dataType.float ? 'float32' : element === dataType.string ? 'string' : `of type ${element ?? 'unknown'}`;
}
