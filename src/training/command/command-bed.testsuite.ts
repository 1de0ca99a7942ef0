import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { generatedFrame } from '../../../test/training/generated-frame.ts';
import { OnnxModel } from '../../onnx/model.ts';
import { scoreFrame } from '../../onnx/score-frame.ts';
import { modelSpec } from '../../spec/schema.ts';
import { logistic } from '../logistic/trainer.ts';
import type { TrainedModel, TrainingControl, TrainingJob } from '../trainer.ts';
import { quietly } from '../trainer.testsuite.ts';
import { goldenOf } from './job.ts';
import { trainByCommand } from './trainer.ts';

/** The contract of the rows that `generatedFrame` makes. */
const features = {
  signal: { type: 'number' },
  noise: { type: 'number' },
  constant: { type: 'number' },
  absent: { type: 'number' },
  flag: { type: 'boolean' },
  region: { type: 'category' },
};

/** A folder with a trainer in it, as a team has one, and rows to learn from. */
export class CommandBed {
  readonly folder: string;
  readonly job: TrainingJob;
  /** A right model of these rows, and its scores of the golden ones. */
  readonly right: { readonly onnx: Uint8Array; readonly scores: readonly number[] };

  private constructor(folder: string, job: TrainingJob, right: CommandBed['right']) {
    this.folder = folder;
    this.job = job;
    this.right = right;
  }

  static async make(rows = 400): Promise<CommandBed> {
    const folder = await mkdtemp(join(tmpdir(), 'pawl-command-'));
    const frame = generatedFrame('binary-classification', rows);
    const job: TrainingJob = { task: 'binary-classification', frame, params: { depth: 3 }, seed: 7 };
    const { onnx } = await logistic.train({ ...job, params: {} }, quietly());
    const model = await OnnxModel.open(onnx);
    const all = await scoreFrame(model, frame);
    await model.release();
    const bed = new CommandBed(folder, job, { onnx, scores: goldenOf(rows).map((row) => all[row] ?? NaN) });
    await writeFile(join(folder, 'model.onnx'), onnx);
    await writeFile(join(folder, 'report.json'), '{}');
    await writeFile(join(folder, 'golden.json'), JSON.stringify({ rows: goldenOf(rows), scores: bed.right.scores }));
    return bed;
  }

  remove(): Promise<void> {
    return rm(this.folder, { recursive: true, force: true });
  }

  /**
   * Trains with a shell script. `$out` is the folder that it writes to, `hand_in` copies the right files there.
   * @param keys of `training`, as pawl.yaml writes them
   */
  async train(
    script: string,
    keys: Record<string, unknown> = {},
    control: Partial<TrainingControl> = {},
    job: Partial<TrainingJob> = {},
  ): Promise<TrainedModel> {
    const functions = 'out=$(dirname "$PAWL_JOB")/out\nhand_in() { cp model.onnx report.json golden.json "$out"; }\n';
    await writeFile(join(this.folder, 'train.sh'), functions + script);
    return this.run(['sh', 'train.sh'], keys, control, job);
  }

  run(
    command: readonly string[],
    keys: Record<string, unknown> = {},
    control: Partial<TrainingControl> = {},
    job: Partial<TrainingJob> = {},
  ): Promise<TrainedModel> {
    const spec = modelSpec.parse({
      model: 'loans',
      task: 'binary-classification',
      owner: 'tests',
      source: { files: '*.csv' },
      contract: { label: 'repaid', features },
      training: { trainer: 'command', command: [...command], ...keys },
    });
    const dataset = { digest: 'sha256:00' as const, rows: this.job.frame.rows };
    const about = { spec, baseDirectory: this.folder, release: 'loans/1', dataset, prior: () => Promise.resolve(null) };
    return trainByCommand({ ...this.job, ...job }, about, quietly(control));
  }
}

/** Folders of trainings of a process that are still there. */
export async function foldersLeft(pid: number = process.pid): Promise<string[]> {
  const own = `pawl-training-${hostname().replaceAll(/[^\w.]/g, '_')}-${pid}-`;
  return (await readdir(tmpdir())).filter((name) => name.startsWith(own));
}
