import { parentPort, workerData } from 'node:worker_threads';
import { OnnxModel } from '../onnx/model.ts';
import type { ParsedRow } from './row-parsing.ts';

/** What a scoring thread is asked; `id` names the batch. */
export interface ThreadBatch {
  readonly id: number;
  readonly rows: readonly ParsedRow[];
}

/** What it answers: first once that it is ready, then batch by batch. */
export type ThreadAnswer =
  | { readonly ready: true; readonly loadMs: number }
  | { readonly id: number; readonly scores: Float32Array; readonly cpuMs: number }
  | { readonly id: number; readonly failure: string };

const port = parentPort;
if (port === null) throw new Error('This file runs as a worker thread only.');
const began = performance.now();
const model = await OnnxModel.open(workerData as Uint8Array);
const loadMs = performance.now() - began;
const answer = (message: ThreadAnswer, transferred: ArrayBuffer[] = []) => port.postMessage(message, transferred);

/** A row that the graph cannot take must not fail those beside it: its score is NaN. */
async function scoreApart(rows: readonly ParsedRow[]): Promise<Float32Array> {
  const scores = new Float32Array(rows.length).fill(NaN);
  for (const [i, row] of rows.entries()) {
    const [score = NaN] = await model.runRows([row]).catch(() => [NaN]);
    scores[i] = score;
  }
  return scores;
}

async function score({ id, rows }: ThreadBatch): Promise<void> {
  const asked = performance.now();
  try {
    const scores = await model.runRows(rows).catch((error: unknown) => {
      if (rows.length === 1) throw error;
      return scoreApart(rows);
    });
    // ONNX Runtime owns the memory of its answer; a copy may be given away.
    const own = Float32Array.from(scores);
    answer({ id, scores: own, cpuMs: performance.now() - asked }, [own.buffer]);
  } catch (error) {
    answer({ id, failure: error instanceof Error ? error.message : String(error) });
  }
}

port.on('message', (batch: ThreadBatch) => void score(batch));
answer({ ready: true, loadMs });
