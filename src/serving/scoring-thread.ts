import { parentPort, workerData } from 'node:worker_threads';
import type { Batch } from '../onnx/batch.ts';
import { OnnxModel } from '../onnx/model.ts';
import { scoresPerRow } from '../onnx/signature.ts';

/** What a scoring thread is asked; `id` names the batch. */
export interface ThreadBatch {
  readonly id: number;
  readonly batch: Batch;
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

/** A row that the graph cannot take must not fail those beside it: its scores are NaN. */
async function scoreApart({ rows, numbers, texts }: Batch): Promise<Float32Array> {
  const perRow = scoresPerRow(model.signature);
  const scores = new Float32Array(rows * perRow).fill(NaN);
  const width = numbers.length / rows;
  for (let row = 0; row < rows; row++) {
    const own = {
      rows: 1,
      numbers: numbers.slice(row * width, (row + 1) * width),
      texts: texts.map((text) => [text[row] ?? '']),
    };
    const scored = await model.runBatch(own).catch(() => null);
    if (scored !== null) scores.set(scored, row * perRow);
  }
  return scores;
}

async function score({ id, batch }: ThreadBatch): Promise<void> {
  const asked = performance.now();
  try {
    const scores = await model.runBatch(batch).catch((error: unknown) => {
      if (batch.rows === 1) throw error;
      return scoreApart(batch);
    });
    // ONNX Runtime owns the memory of its answer; a copy may be given away.
    const own = Float32Array.from(scores);
    answer({ id, scores: own, cpuMs: performance.now() - asked }, [own.buffer]);
  } catch (error) {
    answer({ id, failure: error instanceof Error ? error.message : String(error) });
  }
}

port.on('message', (message: ThreadBatch) => void score(message));
answer({ ready: true, loadMs });
