import { copyFile, mkdir, stat, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { FinalError } from '../../errors.ts';
import type { ModelSpec } from '../../spec/schema.ts';
import { checkJob } from '../check-job.ts';
import { acceptOutputs } from './accept-outputs.ts';
import type { TrainedModel, TrainingControl, TrainingJob } from '../trainer.ts';
import { type JobFile, jobFile, limitsOf, rowNames } from './job.ts';
import { runCommand } from './run-command.ts';
import { makeWorkFolder, removeWorkFolder } from './work-folder.ts';
import { writeRows } from './write-rows.ts';

/** What a command is told beside the job of every trainer. */
export interface CommandContext {
  readonly spec: ModelSpec;
  /** The folder of pawl.yaml: paths of the command start there, and it runs there. */
  readonly baseDirectory: string;
  readonly release: string;
  readonly dataset: JobFile['dataset'];
  /** The champion's artifact as a file; null where there is none. `folder` is for a copy. */
  prior(folder: string): Promise<{ readonly version: number; readonly path: string } | null>;
}

/**
 * Trains by a team's own command. It gets the rows as a file and is believed in nothing (`acceptOutputs`).
 * @throws FinalError PAWL_TRAINER_NOT_FOUND, PAWL_TRAINER_REFUSED, PAWL_TRAINER_LIMIT, PAWL_TRAINER_OUTPUT_INVALID
 * @throws TransientError PAWL_TRAINER_FAILED
 */
export async function trainByCommand(job: TrainingJob, context: CommandContext, control: TrainingControl): Promise<TrainedModel> {
  checkJob(job);
  const { spec, baseDirectory, release, dataset } = context;
  const { training, contract } = spec;
  const here = await stat(baseDirectory).catch(() => null);
  if (!here?.isDirectory()) {
    const hint = 'training workers need the folder of pawl.yaml under the path that it was applied from';
    throw new FinalError('PAWL_TRAINER_NOT_FOUND', `The folder ${baseDirectory} is not on this worker.`, {
      problems: [{ subject: 'training.command', message: `${baseDirectory} is not there`, hint }],
    });
  }
  const limits = limitsOf(training, availableParallelism());
  const format = training.rows ?? 'csv';
  const names = rowNames(job, contract);
  const folder = await makeWorkFolder();
  try {
    const data = await writeRows(join(folder, `rows.${format}`), format, job, names, (done) =>
      control.onProgress({ phase: 'rows', done, total: job.frame.rows }),
    );
    control.signal.throwIfAborted();
    const found = await context.prior(folder);
    const prior = found === null ? null : { version: found.version, path: join(folder, 'prior.onnx') };
    if (found !== null && prior !== null && found.path !== prior.path) await copyFile(found.path, prior.path);
    const output = {
      model: join(folder, 'out', 'model.onnx'),
      report: join(folder, 'out', 'report.json'),
      golden: join(folder, 'out', 'golden.json'),
    };
    const scratch = join(folder, 'scratch');
    for (const path of [join(folder, 'out'), scratch]) await mkdir(path);
    const told = jobFile(job, {
      release,
      model: spec.model,
      dataset,
      data,
      prior,
      output,
      ...names,
      limits,
    });
    const jobPath = join(folder, 'job.json');
    await writeFile(jobPath, JSON.stringify(told, null, 2));

    await runCommand(
      training.command ?? [],
      { baseDirectory, folder, scratch, jobPath, limits, named: training.environment ?? [] },
      control,
    );

    return await acceptOutputs(output, job, told.golden, control);
  } finally {
    await removeWorkFolder(folder);
  }
}
