import type { DatasetRef, Frame } from '../src/data/dataset.ts';
import { splitHoldout } from '../src/data/holdout.ts';
import { FinalError } from '../src/errors.ts';
import { answerRows } from '../src/evaluation/answer-rows.ts';
import { metricsOf } from '../src/evaluation/answers.ts';
import { checkCounts } from '../src/evaluation/count-mistakes.ts';
import type { TrialInput } from '../src/messages/search.ts';
import { OnnxModel } from '../src/onnx/model.ts';
import { getRelease } from '../src/registry/releases.ts';
import { getSpec } from '../src/registry/specs.ts';
import { beginTrial, endTrial } from '../src/registry/trials.ts';
import type { Look } from '../src/search/state.ts';
import { numberTermsOf } from '../src/spec/number-terms.ts';
import type { ModelSpec } from '../src/spec/schema.ts';
import type { NumberTerms } from '../src/stats/number-losses.ts';
import { counted, percent } from '../src/stats/wording.ts';
import { settings } from '../src/steps/inputs.ts';
import type { ObjectStore } from '../src/storage/object-store.ts';
import { jobOf } from '../src/training/job-of.ts';
import { partOfRows } from '../src/training/part-of-rows.ts';
import type { Trainer } from '../src/training/trainer.ts';
import { trainers } from '../src/training/trainers.ts';
import type { Dependencies } from './dependencies.ts';
import { cancellation, heartbeat } from './progress.ts';
import { runTraining, type TrainingOrder } from './run-training.ts';
import { asStep } from './step.ts';
import { StoredCheckpoint } from './stored-checkpoint.ts';
import { trainStep } from './train-step.ts';
import { trainingRows } from './training-rows.ts';
import { withParams } from './with-params.ts';

/** Where the trials of a release leave what they can go on from. */
export const trialCheckpoints = (release: string) => `checkpoints/${release}/trials/`;

/** How much of its whole resource a trial gets. */
interface Portion {
  readonly rows: Frame;
  /** In words. */
  readonly resource: string;
  /** What the trainer is told of it, and the final training too, were this the best. */
  readonly params: Readonly<Record<string, unknown>>;
}

/** Runs on training workers, as trainings do: many at a time where there are many. */
export function createTrialActivities({ registry, store, logger, ...dependencies }: Dependencies) {
  return {
    /**
     * Trains a trial with the share of its rung, going on from a lost worker's checkpoint, and scores it on rows that no trial learns
     * from: the newest of those before the hold-out. What an earlier release tried on the same rows is taken from there.
     */
    async trial(input: TrialInput): Promise<Look> {
      heartbeat({ phase: 'read', done: 0, total: 1 });
      const { model, dataset, trial, rung, share, drawn, metric } = input;
      await beginTrial(registry, { release: input.release, trial, rung, params: drawn, share });
      const release = await getRelease(registry, input.release);
      const { spec: applied, baseDirectory } = await getSpec(registry, model, release.specDigest);
      const spec = withParams(applied, drawn);
      const { params, search } = spec.training;
      const validation = search?.validation ?? 0.2;
      const training = await trainStep(registry, release, { ...input, spec, baseDirectory, params, imported: false });
      const { output, note } = await asStep<Look>(
        { registry, store, logger },
        {
          ...training,
          name: 'trial',
          part: `${trial}/${rung}`,
          inputs: async () => ({
            ...(await training.inputs()),
            trial: settings({ share, metric, validation, quantile: spec.evaluation.quantile }),
          }),
          left: () => ({ objects: [], rows: dataset.rows }),
        },
        (tools) => tryOut(tools.store, { spec, baseDirectory, release: release.id, model, dataset }, { ...input, validation }),
      );
      const taken = note.takenFrom !== null;
      const look = taken ? { ...output, ms: 0 } : output;
      const because = taken ? note.because : null;
      await endTrial(registry, input, { score: look.score, because, resource: look.resource, seconds: look.ms / 1000 });
      return look;
    },
  };

  async function tryOut(
    store: ObjectStore,
    order: TrainingOrder & { readonly dataset: DatasetRef },
    { trial, rung, share, drawn, metric, validation, shuffleLabels }: TrialInput & { readonly validation: number },
  ): Promise<Look> {
    const began = performance.now();
    const { release, spec, dataset } = order;
    const { rows } = await trainingRows(store, spec, dataset, { shuffleLabels });
    const { train, holdout } = rowsOfTrials(rows, validation);
    const { resource, params, rows: part } = portionOf(spec, train, share);
    const checkpoint = await StoredCheckpoint.open(store, `${trialCheckpoints(release)}${trial}-${rung}.bin`);
    const { resumedFrom } = checkpoint;
    if (resumedFrom > 0) logger.info({ release, trial, rung, resumedFrom }, 'a trial goes on from its checkpoint');
    const told = withParams(spec, params);
    // The champion may have learned from the rows that trials are compared on.
    const alone = { ...order, spec: told, alone: true } as const;
    const { onnx } = await checkpoint.train((control) =>
      runTraining({ registry, store, ...dependencies }, alone, jobOf(told, part), {
        signal: cancellation(),
        onProgress: heartbeat,
        ...control,
      }),
    );
    const { refusal } = checkpoint;
    if (refusal !== null) logger.warn({ release, trial, rung, refusal }, 'a trial began anew');
    const score = await scoreOf(onnx, holdout, metric, numberTermsOf(spec));
    await checkpoint.remove();
    return { score, ms: performance.now() - began, params: { ...drawn, ...params }, resource };
  }
}

/** @throws FinalError PAWL_SEARCH_IMPOSSIBLE where there are none to learn from, or none to compare trials on */
function rowsOfTrials(rows: Frame, share: number) {
  try {
    return splitHoldout(rows, { share });
  } catch (error) {
    if (!(error instanceof FinalError) || error.code !== 'PAWL_HOLDOUT_EMPTY') throw error;
    const message = `${percent(share, 2)} of ${counted(rows.rows, 'row')} leave none to learn from, or none to compare trials on`;
    throw new FinalError('PAWL_SEARCH_IMPOSSIBLE', `${message}.`, {
      problems: [{ subject: 'training.search.validation', message, hint: 'such as 20%' }],
    });
  }
}

/** A trainer that knows how gets a share of its trees; any other all of them, on a share of the rows. */
function portionOf(spec: ModelSpec, rows: Frame, share: number): Portion {
  const { trainer: name, params } = spec.training;
  const trainer: Trainer | undefined = Object.entries(trainers).find(([known]) => known === name)?.[1];
  const reduced = trainer?.reduced?.(params, share);
  if (reduced !== undefined) return { rows, ...reduced };
  const part = partOfRows(rows, share);
  return { rows: part, resource: counted(part.rows, 'row'), params: {} };
}

/**
 * @throws FinalError PAWL_SEARCH_IMPOSSIBLE where the metric has no value on these rows
 * @throws FinalError PAWL_METRIC_UNDEFINED where it is of counts, and these are none
 */
async function scoreOf(onnx: Uint8Array, rows: Frame, metric: string, terms: NumberTerms): Promise<number> {
  const model = await OnnxModel.open(onnx);
  try {
    const answers = await answerRows(model, rows, terms);
    if (metric === 'poisson_deviance') checkCounts(rows.label, answers);
    const score = metricsOf(rows.label, answers)[metric];
    if (score !== undefined) return score;
    const kept = `the newest ${counted(rows.rows, 'row')} before the hold-out, which trials are compared on`;
    throw new FinalError('PAWL_SEARCH_IMPOSSIBLE', `${metric} has no value on ${kept}.`, {
      problems: [{ subject: 'training.search.metric', message: `${metric} has no value there`, hint: 'a larger validation' }],
    });
  } finally {
    await model.release();
  }
}
