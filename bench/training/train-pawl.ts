/** Trains in a process of its own: `train-pawl.js FOLDER TRAINER THREADS SEED PARAMS` writes `scores.pawl` and prints a `Trained`. */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pickRows } from '../../src/data/pick-rows.ts';
import { trainers } from '../../src/training/trainers.ts';
import { readRows } from './row-files.ts';

/** What one training took. */
export interface Trained {
  /** From columns in memory to a finished model; programs, imports and reading the rows are not in it. */
  readonly seconds: number;
  /** Processor time of all threads meanwhile, s. */
  readonly cpu: number;
  /** The most that was resident until then, bytes, the program, its libraries and the rows included. */
  readonly memory: number;
  /** Rows that the time is of. */
  readonly rows: number;
}

/** Equal in peers/train.py. */
const warmRows = 2000;

const [folder = '', name = '', threads, seed, params = '{}'] = process.argv.slice(2);
const trainer = Object.entries(trainers).find(([known]) => known === name)?.[1];
if (trainer === undefined) throw new RangeError(`There is no trainer ${name}.`);
const { task, frame } = readRows(folder, 'train');
const job = { task, frame, seed: Number(seed), threads: Number(threads), params: JSON.parse(params) as Record<string, unknown> };
const nothing = () => undefined;
const control = { signal: new AbortController().signal, onProgress: nothing, onCheckpoint: nothing };

// As the peers do: what a program loads, compiles or starts once is in no retrain of a worker that has trained before.
await trainer.train({ ...job, frame: pickRows(frame, [...Array(Math.min(warmRows, frame.rows)).keys()]) }, control);
const [started, used] = [performance.now(), process.cpuUsage()];
const { onnx } = await trainer.train(job, control);
const seconds = (performance.now() - started) / 1000;
const { user, system } = process.cpuUsage(used);
const trained: Trained = { seconds, cpu: (user + system) / 1e6, memory: mostResident(), rows: frame.rows };

// Only now: what scores the rows is no part of the training.
const { OnnxModel } = await import('../../src/onnx/model.ts');
const { scoreFrame } = await import('../../src/onnx/score-frame.ts');
const model = await OnnxModel.open(onnx);
const scores = Float64Array.from(await scoreFrame(model, readRows(folder, 'test').frame));
await model.release();
writeFileSync(path.join(folder, 'scores.pawl'), new Uint8Array(scores.buffer));
console.log(JSON.stringify(trained));

/** Linux counts a new process's ru_maxrss from that of its parent on, so it is asked for this program's own. */
function mostResident(): number {
  if (process.platform !== 'linux') return process.resourceUsage().maxRSS * 1024;
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]) * 1024;
}
