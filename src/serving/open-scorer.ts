import { availableParallelism } from 'node:os';
import { FinalError, type Problem } from '../errors.ts';
import { OnnxModel } from '../onnx/model.ts';
import { readSignature } from '../onnx/read-signature.ts';
import type { ModelSignature } from '../onnx/signature.ts';
import { LoopScorer } from './loop-scorer.ts';
import { PoolScorer } from './pool-scorer.ts';
import type { ParsedRow } from './row-parsing.ts';
import type { Scorer } from './scorer.ts';

/**
 * A version whose rows take longer than this scores on threads: thirty requests that arrive together would otherwise hold up
 * everybody else's for more than 5 ms. Below it the way to a thread and back costs more than it spares.
 */
const msPerRowOnLoop = 0.15;
/** A version that takes longer to load is loaded by threads only: ONNX Runtime loads in one piece, and nobody is answered meanwhile. */
const loadMsOnLoop = 100;
/** Artifacts up to so many bytes load in a few ms. */
const smallArtifact = 65_536;
/** Rows in a batch that is measured, and batches. */
const measuredRows = 32;
const measuredBatches = 5;

/**
 * Loads an artifact for serving, warm, on the event loop or on threads of its own, by what it was measured to cost. All but small
 * ones are measured on a thread: no answer waits for a version that is being tried.
 * @throws FinalError PAWL_ARTIFACT_UNREADABLE, PAWL_PREDICTION_FAILED
 */
export async function openScorer(bytes: Uint8Array): Promise<Scorer> {
  if (bytes.length > smallArtifact) {
    const heavy = await tryOnThread(bytes);
    if (heavy !== null) return heavy;
  }
  const before = process.memoryUsage.rss();
  let memoryBytes = bytes.length;
  const model = await OnnxModel.open(bytes);
  const loop = new LoopScorer(model, () => memoryBytes);
  const msPerRow = await warmUp(loop).catch(async (error: unknown) => {
    await loop.release();
    throw error;
  });
  memoryBytes = Math.max(memoryBytes, process.memoryUsage.rss() - before);
  if (bytes.length > smallArtifact || msPerRow <= msPerRowOnLoop) return loop;
  await loop.release();
  return openPool(bytes, msPerRow, memoryBytes);
}

/** A pool, where the version is to have one. */
async function tryOnThread(bytes: Uint8Array): Promise<Scorer | null> {
  const before = process.memoryUsage.rss();
  const trial = await PoolScorer.open({
    signature: signatureOf(bytes),
    bytes,
    threads: 1,
    msPerRow: msPerRowOnLoop,
    memoryBytes: 0,
  });
  try {
    const msPerRow = await warmUp(trial);
    const memoryBytes = Math.max(bytes.length, process.memoryUsage.rss() - before);
    if (msPerRow <= msPerRowOnLoop && trial.loadMs <= loadMsOnLoop) return null;
    return await openPool(bytes, msPerRow, memoryBytes);
  } finally {
    await trial.release();
  }
}

/** One thread is left to the event loop. */
function openPool(bytes: Uint8Array, msPerRow: number, memoryBytes: number): Promise<Scorer> {
  const threads = Math.max(1, availableParallelism() - 1);
  return PoolScorer.open({ signature: signatureOf(bytes), bytes, threads, msPerRow, memoryBytes: memoryBytes * threads });
}

function signatureOf(bytes: Uint8Array): ModelSignature {
  try {
    return readSignature(bytes);
  } catch (cause) {
    const because = cause instanceof Error ? cause.message : String(cause);
    throw new FinalError('PAWL_ARTIFACT_UNREADABLE', `The artifact is no ONNX model of pawl's: ${because}`, { cause });
  }
}

/**
 * Scores rows, one and several at a time, so that the first caller does not pay for first times.
 * @returns the processor time of a row in a batch, ms: the median of some batches
 * @throws FinalError PAWL_PREDICTION_FAILED where the version cannot score a row of missing values
 */
async function warmUp(scorer: Scorer): Promise<number> {
  const missing = missingRow(scorer);
  for (let i = 0; i < 3; i++) await scorer.score([missing]);
  // Made-up rows may be ones that a version has every right to fail on; then missing values have to do.
  return measure(scorer, [missing, ...madeUpRows(scorer.signature)]).catch(() =>
    measure(scorer, new Array<ParsedRow>(measuredRows).fill(missing)),
  );
}

async function measure(scorer: Scorer, rows: readonly ParsedRow[]): Promise<number> {
  const costs: number[] = [];
  for (let i = 0; i < measuredBatches; i++) {
    const before = scorer.cost().cpuMs;
    await scorer.score(rows);
    costs.push((scorer.cost().cpuMs - before) / rows.length);
  }
  return costs.toSorted((a, b) => a - b)[measuredBatches >> 1] ?? 0;
}

function missingRow(scorer: Scorer): ParsedRow {
  const problems: Problem[] = [];
  const missing = scorer.parse(Object.fromEntries(scorer.signature.features.map(({ name }) => [name, null])), problems);
  if (missing !== null) return missing;
  throw new FinalError('PAWL_PREDICTION_FAILED', 'The version does not take a row of missing values.', { problems });
}

/** Distinct rows of every magnitude: one row over and over would take one way through the trees. */
function madeUpRows({ features }: ModelSignature): ParsedRow[] {
  const golden = 0.618034;
  const spread = (i: number, feature: number) => ((((i + 1) * (feature + 3) * golden) % 1) - 0.5) * 10 ** ((i % 7) - 2);
  return Array.from({ length: measuredRows - 1 }, (_, i) =>
    features.map(({ type }, feature) => (type === 'category' ? `${i % 5}` : type === 'boolean' ? i % 2 : spread(i, feature))),
  );
}
