import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { FinalError, TransientError } from '../../errors.ts';
import type { ModelSpec } from '../../spec/schema.ts';
import type { ObjectStore } from '../../storage/object-store.ts';
import { checkJob } from '../check-job.ts';
import { acceptOutputs } from '../command/accept-outputs.ts';
import { threadEnvironment } from '../command/environment.ts';
import { type JobFile, jobFile, limitsOf, rowNames } from '../command/job.ts';
import { judgeEnding } from '../command/verdict.ts';
import { makeWorkFolder, removeWorkFolder } from '../command/work-folder.ts';
import { writeRows } from '../command/write-rows.ts';
import type { TrainedModel, TrainingControl, TrainingJob, TrainingProgress } from '../trainer.ts';
import { RayJobs } from './client.ts';
import { clearOthers, Exchange } from './exchange.ts';
import { follow } from './follow.ts';
import { packFolder } from './working-folder.ts';

const usualWait = 30 * 60 * 1000;
/** Jobs of one training that have failed, after which another is not tried. */
const mostJobs = 20;

/** What a training on a cluster is told beside the job of every trainer. */
export interface RayContext {
  readonly spec: ModelSpec;
  /** The folder of pawl.yaml. */
  readonly baseDirectory: string;
  readonly release: string;
  readonly dataset: JobFile['dataset'];
  /** The champion's artifact; null where there is none. */
  readonly prior: { readonly version: number; readonly uri: string } | null;
  readonly store: ObjectStore;
  /** PAWL_RAY_ADDRESS and PAWL_RAY_TOKEN of the worker. */
  readonly cluster: { readonly address: string | null; readonly token: string | null };
  /** Whether the control's signal says that nobody wants the training any more, and not only that this worker ends. */
  readonly isWithdrawn: (reason: unknown) => Promise<boolean>;
}

/**
 * Trains by a command on a Ray cluster. The job outlives this worker: a later attempt, here or elsewhere, finds it by its id and follows it
 * on. It ends with the release, or by itself ten minutes after the last worker that waited for it. What it leaves is believed as little
 * as that of a command on this machine (`acceptOutputs`).
 * @throws FinalError PAWL_RAY_REFUSED, and those of `trainByCommand`
 * @throws TransientError PAWL_RAY_UNAVAILABLE, PAWL_TRAINER_FAILED
 */
export async function trainByRay(job: TrainingJob, context: RayContext, control: TrainingControl): Promise<TrainedModel> {
  checkJob(job);
  const { spec, store, baseDirectory, release, prior } = context;
  const { training, contract } = spec;
  const jobs = new RayJobs(addressOf(context), context.cluster.token);
  const limits = limitsOf(training, Math.max(1, Math.floor(training.ray?.cpus ?? 1)));
  const { command = [], rows: format = 'csv' } = training;
  const names = rowNames(job, contract);
  // Packing, sending and waiting are long and have no progress of their own; the heartbeat goes on.
  let progress: TrainingProgress = { phase: 'ray', done: 0, total: 1 };
  const alive = setInterval(() => void control.onProgress(progress), 1000);
  const followed: TrainingControl = { ...control, onProgress: (told) => control.onProgress((progress = told)) };
  const folder = await makeWorkFolder();
  try {
    const packed = await packFolder(baseDirectory, command, training.ray?.files ?? null);
    const path = join(folder, `rows.${format}`);
    const data = await writeRows(path, format, job, names, () => undefined);
    control.signal.throwIfAborted();
    const { output, ...told } = jobFile(job, {
      ...names,
      release,
      model: spec.model,
      dataset: context.dataset,
      data: { ...data, path: '' },
      prior: prior === null ? null : { version: prior.version, path: '' },
      output: Object.fromEntries(
        ['model', 'report', 'golden'].map((name) => [name, join(folder, 'out', name)]),
      ) as JobFile['output'],
      limits,
    });
    const task = { command, environment: threadEnvironment(limits.threads), job: told };
    const identity = createHash('sha256')
      .update(JSON.stringify([packed.name, task, training.ray ?? {}]))
      .digest('hex')
      .slice(0, 12);

    await clearOthers(store, `ray/${spec.model}/`, `ray/${release}/`);
    const { id, exchange, found } = await newestOrFree(jobs, store, {
      folder: `ray/${release}`,
      prefix: `pawl-${release.replaceAll('/', '-')}-${identity}`,
    });
    if (found) await exchange.renew();
    else {
      const link = await exchange.offer(task, { rows: await readFile(path), prior: prior?.uri ?? null });
      const { cpus, gpus, memory, pip } = training.ray ?? {};
      await jobs.submit({
        // Ray's own Python, or that of `pip`; the command may be any program.
        entrypoint: 'python pawl_ray.py',
        submission_id: id,
        runtime_env: {
          working_dir: await jobs.putPackage(packed.name, packed.zip),
          env_vars: { PAWL_TASK: link },
          ...(pip === undefined ? {} : { pip }),
        },
        metadata: { pawl_release: release, pawl_model: spec.model },
        entrypoint_num_cpus: cpus ?? limits.threads,
        ...(gpus === undefined ? {} : { entrypoint_num_gpus: gpus }),
        ...(memory === undefined ? {} : { entrypoint_memory: memory }),
      });
    }
    const waitMs = training.ray?.wait ?? usualWait;
    const last = await follow({ jobs, id, exchange, waitMs }, followed).catch(async (error: unknown) => {
      // Otherwise the next attempt goes on following it.
      const isWithdrawn = control.signal.aborted && (await context.isWithdrawn(control.signal.reason));
      if (isWithdrawn || error instanceof FinalError) {
        await jobs.stop(id);
        await exchange.clear();
      }
      throw error;
    });
    const ending = await exchange.ending();
    if (ending !== null) await exchange.fetch(output);
    await exchange.clear();
    if (ending === null)
      throw new TransientError(
        'PAWL_TRAINER_FAILED',
        `The Ray job ${id} ${last === null ? 'is not there any more' : `ended as ${last.status} before its trainer did: ${last.message.slice(-2000)}`}`,
      );
    judgeEnding(ending, limits);
    return await acceptOutputs(output, job, told.golden, followed);
  } finally {
    clearInterval(alive);
    await removeWorkFolder(folder);
  }
}

/** The job to follow, or to take what it left; where there is none, the id and the exchange of the next one. */
async function newestOrFree(
  jobs: RayJobs,
  store: ObjectStore,
  { folder, prefix }: { readonly folder: string; readonly prefix: string },
): Promise<{ id: string; exchange: Exchange; found: boolean }> {
  for (let attempt = 1; attempt <= mostJobs; attempt++) {
    const id = `${prefix}-${attempt}`;
    const exchange = new Exchange(store, `${folder}/${id}`);
    const job = await jobs.find(id);
    if (job === null) return { id, exchange, found: false };
    // What one that succeeded left may have been taken by an attempt that came to nothing after that.
    const isThere =
      job.status === 'SUCCEEDED' ? (await exchange.ending()) !== null : !(job.status === 'FAILED' || job.status === 'STOPPED');
    if (isThere) return { id, exchange, found: true };
  }
  throw new FinalError('PAWL_TRAINER_REFUSED', `${mostJobs} Ray jobs of this training have failed: ${prefix}-1 to -${mostJobs}.`);
}

function addressOf({ spec, cluster }: RayContext): string {
  const address = spec.training.ray?.address ?? cluster.address;
  if (address !== null) return address;
  throw new FinalError('PAWL_RAY_REFUSED', 'No Ray cluster is named.', {
    problems: [
      {
        subject: 'training.ray.address',
        message: 'neither training.ray.address nor PAWL_RAY_ADDRESS of the training worker is set',
        hint: 'the address of the head node, such as http://ray-head:8265',
      },
    ],
  });
}
