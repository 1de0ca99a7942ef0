import * as ort from 'onnxruntime-node';
import { FinalError } from '../errors.ts';
import { batchOf, layoutOf, type Batch, type BatchLayout } from './batch.ts';
import { gatherNumbers } from './gather-numbers.ts';
import { readSignature } from './read-signature.ts';
import { dataType, ModelValues } from './schema.ts';
import { inputOf, scoresPerRow, type ModelSignature } from './signature.ts';

/** What a graph takes: by feature, float32 (missing NaN) or strings (missing ''). */
export type ModelInputs = Readonly<Record<string, Float32Array | readonly string[]>>;

/** An ONNX artifact loaded in ONNX Runtime. */
export class OnnxModel {
  readonly signature: ModelSignature;
  readonly #session: ort.InferenceSession;
  readonly #layout: BatchLayout;
  /** The input that takes all numbers at once; null where there is one number at most, with an input of its own. */
  readonly #matrix: string | null;
  /** Scores of a row. */
  readonly #width: number;
  readonly #nothing: Batch;

  private constructor(signature: ModelSignature, session: ort.InferenceSession, matrix: string | null) {
    this.signature = signature;
    this.#session = session;
    this.#layout = layoutOf(signature);
    this.#matrix = matrix;
    this.#width = scoresPerRow(signature);
    this.#nothing = batchOf(this.#layout, []);
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
   * @returns one score a row: the probability of the positive class, or the value; of many classes one for each of them, row by row
   */
  async run(inputs: ModelInputs, rows: number): Promise<Float32Array> {
    const { numbers: places, texts } = this.#layout;
    const columns = this.signature.features.map(({ name }) => {
      const values = inputs[name];
      if (values?.length !== rows) throw new RangeError(`${name} has ${values?.length ?? 0} values for ${rows} rows.`);
      return values;
    });
    const numbers = new Float32Array(rows * places.length);
    places.forEach((place, at) => {
      const column = columns[place] as Float32Array;
      for (let row = 0; row < rows; row++) numbers[row * places.length + at] = column[row] ?? NaN;
    });
    return this.runBatch({ rows, numbers, texts: texts.map((place) => [...((columns[place] ?? []) as readonly string[])]) });
  }

  /** Scores rows, each a value for each feature in the signature's order, missing NaN or ''; else as `run`. */
  async runRows(rows: readonly (readonly (number | string)[])[]): Promise<Float32Array> {
    return this.runBatch(batchOf(this.#layout, rows));
  }

  /** Scores a batch; else as `run`. */
  async runBatch(batch: Batch): Promise<Float32Array> {
    if (batch.rows === 0) return new Float32Array();
    const { score } = await this.#session.run(this.#feeds(batch), outputs);
    const scores = score?.data as Float32Array;
    if (scores.length !== batch.rows * this.#width)
      throw new Error(`The graph gives ${scores.length} scores for ${batch.rows} rows of ${this.#width}.`);
    return scores;
  }

  /**
   * Scores what there is when ONNX Runtime's turn comes, and not what there was when it was called: its binding waits for the next
   * phase of the event loop that runs immediates, and reads its feeds then. So that what arrives meanwhile is scored with it, and not
   * a turn later, `fill` is asked just before, and the feeds are exchanged. Should a later binding read them earlier, it
   * would score the nothing that stands in for them; that is noticed by the number of scores, and the batch is scored again.
   */
  async runLater(fill: () => Batch): Promise<Float32Array> {
    let batch: Batch | null = null;
    const feeds = this.#feeds(this.#nothing);
    setImmediate(() => {
      batch = fill();
      if (batch.rows > 0) Object.assign(feeds, this.#feeds(batch));
    });
    const { score } = await this.#session.run(feeds, outputs);
    const scores = score?.data as Float32Array;
    const filled = batch as Batch | null;
    return filled === null || filled.rows * this.#width === scores.length ? scores : this.runBatch(filled);
  }

  async release(): Promise<void> {
    await this.#session.release();
  }

  #feeds({ rows, numbers, texts }: Batch): Record<string, ort.Tensor> {
    const feeds: Record<string, ort.Tensor> = {};
    const width = this.#layout.numbers.length;
    const [only] = this.#layout.numbers;
    if (only !== undefined) feeds[this.#matrix ?? this.#inputOf(only)] = new ort.Tensor('float32', numbers, [rows, width]);
    for (const [at, place] of this.#layout.texts.entries())
      feeds[this.#inputOf(place)] = new ort.Tensor('string', texts[at] as string[], [rows, 1]);
    return feeds;
  }

  #inputOf(place: number): string {
    return inputOf(this.signature.features[place]?.name ?? '');
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
